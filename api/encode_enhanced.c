#include "api/encode_enhanced.h"

#include "api/encode.h"
#include "base/json.h"
#include "model/arn.h"

static void put_arn(json_t *object, const struct app_scope *scope, const char *name) {
    char arn[ARN_SIZE];

    arn_of_snapshot(scope, name, arn);
    json_put_text(object, "SnapshotArn", arn);
}

static json_t *encode_location(const struct s3_location *location) {
    json_t *object = json_new_object();

    json_put_text(object, "BucketARN", location->bucket_arn);
    json_put_text(object, "KeyPrefix", location->key_prefix);
    return object;
}

// --- snapshots ---

static void put_common(json_t *object, const struct enhanced_snapshot *snapshot) {
    json_put_text(object, "SnapshotName", snapshot->name);
    put_arn(object, &snapshot->scope, snapshot->name);
    json_put_text(object, "SnapshotStatus", snapshot_status_name(snapshot->status));
    encode_time(object, "SnapshotCreationTimestamp", snapshot->created_at_ms);
    json_put_text(object, "SnapshotInitiator", snapshot_maker_initiator(snapshot->maker));
    json_put_text(object, "SnapshotInitiatorOperation", snapshot_maker_name(snapshot->maker));
    json_put_text(object, "SnapshotFormat", "CANONICAL");
}

json_t *encode_enhanced_summary(const struct enhanced_snapshot *snapshot) {
    json_t *object = json_new_object();

    put_common(object, snapshot);
    if (snapshot->app_name[0] != '\0')
        json_put_text(object, "SourceApplicationName", snapshot->app_name);
    return object;
}

static json_t *encode_source(const struct enhanced_snapshot *snapshot) {
    json_t *source = json_new_object();
    json_t *app;

    if (snapshot->maker == MADE_BY_IMPORT) {
        json_put(source, "S3PrefixLocation", encode_location(&snapshot->source));
        return source;
    }
    app = json_new_object();
    json_put_text(app, "ApplicationName", snapshot->app_name);
    encode_time(app, "ApplicationCreationTimestamp", snapshot->app_created_at_ms);
    json_put_int(app, "ApplicationVersionId", snapshot->app_version);
    json_put(source, "SourceApplicationDescription", app);
    return source;
}

json_t *encode_enhanced(const struct enhanced_snapshot *snapshot) {
    json_t *object = json_new_object();

    put_common(object, snapshot);
    if (snapshot->description[0] != '\0')
        json_put_text(object, "SnapshotDescription", snapshot->description);
    if (snapshot->maker != MADE_BY_IMPORT)
        json_put_text(object, "RuntimeEnvironment", runtime_environment_name(snapshot->runtime));
    json_put_int(object, "SnapshotSizeInBytes", snapshot->size_bytes);
    encode_key(object, "SnapshotEncryptionConfigurationDescription", snapshot->key_arn);
    json_put(object, "SnapshotSourceDescription", encode_source(snapshot));
    return object;
}

// --- their operations ---

static void put_operation(json_t *object, const struct snapshot_operation *operation) {
    json_put_text(object, "SnapshotOperationId", operation->id);
    json_put_text(object, "SnapshotOperation", snapshot_operation_kind_name(operation->kind));
    json_put_text(object, "SnapshotOperationStatus", operation_status_name(operation->status));
    encode_time(object, "StartTime", operation->started_at_ms);
    if (operation->ended_at_ms != 0) encode_time(object, "EndTime", operation->ended_at_ms);
}

json_t *encode_enhanced_operation_summary(const struct snapshot_operation *operation) {
    json_t *object = json_new_object();

    put_operation(object, operation);
    return object;
}

static void put_location(json_t *object, const char *member,
                         const struct snapshot_operation *operation) {
    json_t *description = json_new_object();
    json_t *location = encode_location(&operation->location);
    bool is_exported =
        operation->kind == SNAPSHOT_OPERATION_EXPORT && operation->status == OPERATION_SUCCESSFUL;

    if (is_exported) json_put_text(location, "ExportedPrefix", operation->exported_prefix);
    json_put_text(description, "LocationType", "S3");
    json_put(description, "S3PrefixLocation", location);
    json_put(object, member, description);
}

static void put_transfer(json_t *object, const struct snapshot_operation *operation) {
    if (operation->kind == SNAPSHOT_OPERATION_IMPORT) {
        encode_key(object, "SourceEncryptionConfigurationDescription", operation->source_key_arn);
        put_location(object, "SnapshotSourceLocationDescription", operation);
    } else if (operation->ended_at_ms != 0) {
        put_location(object, "SnapshotDestinationLocationDescription", operation);
    }
    encode_key(object, "DestinationEncryptionConfigurationDescription",
               operation->destination_key_arn);
}

static void put_cause(json_t *object, const struct snapshot_operation *operation) {
    json_t *cause = json_new_object();

    if (operation->app_operation_id[0] != '\0')
        json_put_text(cause, "ApplicationOperationId", operation->app_operation_id);
    json_put_text(cause, "ApplicationName", operation->app_name);
    json_put(object, "ApplicationOperationDescription", cause);
}

static void put_failure(json_t *object, const struct snapshot_operation *operation) {
    json_t *failure = json_new_object();
    json_t *info = json_new_object();

    json_put_text(info, "ErrorCode", operation->error_code);
    json_put_text(info, "ErrorString", operation->error);
    json_put(failure, "ErrorInfo", info);
    json_put(object, "SnapshotOperationFailureDetails", failure);
}

json_t *encode_enhanced_operation(const struct snapshot_operation *operation) {
    json_t *object = json_new_object();

    put_operation(object, operation);
    put_arn(object, &operation->scope, operation->snapshot_name);
    switch (operation->kind) {
    case SNAPSHOT_OPERATION_IMPORT:
    case SNAPSHOT_OPERATION_EXPORT:
        put_transfer(object, operation);
        break;
    case SNAPSHOT_OPERATION_SYSTEM_CREATE:
        put_cause(object, operation);
        break;
    case SNAPSHOT_OPERATION_CREATE:
    case SNAPSHOT_OPERATION_DELETE:
    case SNAPSHOT_OPERATION_KIND_COUNT:
        break;
    }
    if (operation->status == OPERATION_FAILED) put_failure(object, operation);
    return object;
}
