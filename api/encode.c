#include "api/encode.h"

#include "base/json.h"
#include "model/arn.h"
#include "model/maintenance_window.h"
#include "model/record.h"

void encode_time(json_t *object, const char *member, int64_t time_ms) {
    json_put_int(object, member, time_ms / 1000);
}

void encode_key(json_t *object, const char *member, const char *key_arn) {
    json_t *encryption = json_new_object();
    bool is_customers = key_arn[0] != '\0';

    json_put_text(encryption, "KeyType", is_customers ? "CUSTOMER_MANAGED_KEY" : "AWS_OWNED_KEY");
    if (is_customers) json_put_text(encryption, "KeyId", key_arn);
    json_put(object, member, encryption);
}

static void put_version(json_t *object, const char *member, int64_t version) {
    if (version != 0) json_put_int(object, member, version);
}

// --- applications ---

static void put_restored_snapshot(json_t *restore, const struct app_scope *scope,
                                  const char *row_name) {
    const char *enhanced = enhanced_snapshot_of_row_name(row_name);
    char arn[ARN_SIZE];

    if (enhanced == NULL) {
        json_put_text(restore, "SnapshotName", row_name);
        return;
    }
    arn_of_snapshot(scope, enhanced, arn);
    json_put_text(restore, "SnapshotArn", arn);
}

static json_t *encode_run_configuration(const struct app_scope *scope,
                                        const struct run_configuration *run) {
    json_t *description = json_new_object();
    json_t *restore = json_new_object();
    json_t *flink = json_new_object();

    json_put_text(restore, "ApplicationRestoreType", restore_type_name(run->restore_type));
    if (run->restore_type == RESTORE_CUSTOM)
        put_restored_snapshot(restore, scope, run->snapshot_name);
    json_put_bool(flink, "AllowNonRestoredState", run->allow_non_restored_state);
    json_put(description, "ApplicationRestoreConfigurationDescription", restore);
    json_put(description, "FlinkRunConfigurationDescription", flink);
    return description;
}

// A record from before enhanced snapshots has no mode.
static void add_snapshot_mode(json_t *config) {
    json_t *snapshots = record_snapshots(config);

    if (snapshots != NULL && json_member(snapshots, "SnapshotMode") == NULL)
        json_put_text(snapshots, "SnapshotMode", RECORD_SNAPSHOTS_LEGACY);
}

// What changes while a version stays the same, and is therefore not in its record.
static void add_variable_parts(json_t *config, const struct app_detail *detail) {
    json_t *description = record_description(config);
    json_t *flink = record_flink(config);
    json_t *parallelism = record_parallelism(config);

    if (parallelism != NULL)
        json_put_int(parallelism, "CurrentParallelism", detail->app.current_parallelism);
    if (flink != NULL && detail->job_plan != NULL)
        json_put_text(flink, "JobPlanDescription", detail->job_plan);
    if (description != NULL && detail->app.has_run_configuration)
        json_put(description, "RunConfigurationDescription",
                 encode_run_configuration(&detail->app.scope, &detail->app.run_configuration));
}

json_t *encode_maintenance(const struct app *app) {
    json_t *window = json_new_object();
    char start[6];
    char end[6];

    maintenance_window_of(app->scope.region, app->maintenance_start, start, end);
    json_put_text(window, "ApplicationMaintenanceWindowStartTime", start);
    json_put_text(window, "ApplicationMaintenanceWindowEndTime", end);
    return window;
}

json_t *encode_app_consuming(struct app_detail *detail) {
    const struct app *app = &detail->app;
    const struct app_version *version = &detail->version;
    json_t *object = TAKE(detail->version.config);
    char arn[ARN_SIZE];

    arn_of_app(&app->scope, app->name, arn);
    add_snapshot_mode(object);
    add_variable_parts(object, detail);
    json_put_text(object, "ApplicationARN", arn);
    json_put_text(object, "ApplicationName", app->name);
    json_put_text(object, "ApplicationStatus", app_status_name(app->status));
    json_put_int(object, "ApplicationVersionId", version->version);
    encode_time(object, "CreateTimestamp", app->created_at_ms);
    encode_time(object, "LastUpdateTimestamp", app->updated_at_ms);
    encode_time(object, "ApplicationVersionCreateTimestamp", version->created_at_ms);
    put_version(object, "ApplicationVersionUpdatedFrom", version->updated_from);
    put_version(object, "ApplicationVersionRolledBackFrom", version->rolled_back_from);
    put_version(object, "ApplicationVersionRolledBackTo", version->rolled_back_to);
    json_put_text(object, "ConditionalToken", version->token);
    json_put(object, "ApplicationMaintenanceConfigurationDescription", encode_maintenance(app));
    return object;
}

json_t *encode_app_summary(const struct app_scope *scope, const struct app_summary *summary) {
    json_t *object = json_new_object();
    char arn[ARN_SIZE];

    arn_of_app(scope, summary->name, arn);
    json_put_text(object, "ApplicationName", summary->name);
    json_put_text(object, "ApplicationARN", arn);
    json_put_text(object, "ApplicationStatus", app_status_name(summary->status));
    json_put_int(object, "ApplicationVersionId", summary->version);
    json_put_text(object, "RuntimeEnvironment", summary->runtime_environment);
    json_put_text(object, "ApplicationMode", "STREAMING");
    return object;
}

// --- snapshots ---

json_t *encode_snapshot(const struct snapshot *snapshot) {
    json_t *object = json_new_object();

    json_put_text(object, "SnapshotName", snapshot->name);
    json_put_text(object, "SnapshotStatus", snapshot_status_name(snapshot->status));
    json_put_int(object, "ApplicationVersionId", snapshot->version);
    encode_time(object, "SnapshotCreationTimestamp", snapshot->created_at_ms);
    json_put_text(object, "RuntimeEnvironment", runtime_environment_name(snapshot->runtime));
    encode_key(object, "ApplicationEncryptionConfigurationDescription", snapshot->key_arn);
    return object;
}

// --- operations ---

static void put_common(json_t *object, const struct operation *operation) {
    json_put_text(object, "Operation", operation->name);
    encode_time(object, "StartTime", operation->started_at_ms);
    // Missing while it runs, although the model requires it (facts/api.md 2.4).
    if (operation->ended_at_ms != 0) encode_time(object, "EndTime", operation->ended_at_ms);
    json_put_text(object, "OperationStatus", operation_status_name(operation->status));
}

json_t *encode_operation_summary(const struct operation *operation) {
    json_t *object = json_new_object();

    put_common(object, operation);
    json_put_text(object, "OperationId", operation->id);
    return object;
}

static json_t *encode_failure(const struct operation *operation) {
    json_t *failure = json_new_object();
    json_t *info = json_new_object();

    json_put_text(info, "ErrorString", operation->error);
    json_put(failure, "ErrorInfo", info);
    if (operation->rollback_operation_id[0] != '\0')
        json_put_text(failure, "RollbackOperationId", operation->rollback_operation_id);
    return failure;
}

json_t *encode_operation(const struct operation *operation) {
    json_t *object = json_new_object();

    put_common(object, operation);
    bool is_over = operation->status != OPERATION_IN_PROGRESS;
    if (operation->version_from != 0 && is_over) {
        json_t *change = json_new_object();
        json_put_int(change, "ApplicationVersionUpdatedFrom", operation->version_from);
        json_put_int(change, "ApplicationVersionUpdatedTo", operation->version_to);
        json_put(object, "ApplicationVersionChangeDetails", change);
    }
    if (operation->error[0] != '\0')
        json_put(object, "OperationFailureDetails", encode_failure(operation));
    return object;
}
