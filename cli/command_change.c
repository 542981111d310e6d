// stop, restore, scale, maintenance: each sends a request, waits for the end and prints
// the result.
#include "base/clock.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/snapshot_calls.h"
#include "cli/commands.h"

enum { SNAPSHOT_ARN_SIZE = 2100 }; // as long as the service accepts

static void print_result(const struct session *session, int64_t since_us, const char *text,
                         json_t *consumed) {
    session_print_result(session, "ApplicationName", session->app_name, since_us, text, consumed);
}

// Waits for the end of an operation; *out_result has the status of the application then.
static bool finish(struct session *session, const char *operation_id, json_t **out_result,
                   struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;

    if (!app_wait(session->client, session->app_name, NULL, NULL, &detail, err)) return false;
    if (operation_id[0] != '\0' &&
        !app_operation_check(session->client, session->app_name, operation_id, err))
        return false;
    json_t *result = json_new_object();
    if (operation_id[0] != '\0') json_put_text(result, "OperationId", operation_id);
    json_put_text(result, "ApplicationStatus", app_status_of(detail));
    json_put_int(result, "ApplicationVersionId", json_int_or(detail, "ApplicationVersionId", 0));
    *out_result = result;
    return true;
}

static bool call_and_finish(struct session *session, const char *operation, json_t *request,
                            json_t **out_result, struct error *err) {
    char operation_id[APP_CALLS_OPERATION_SIZE];

    return app_begin(session->client, operation, request, operation_id, err) &&
           finish(session, operation_id, out_result, err);
}

// The same for an update; consumes `changes`.
static bool update_and_finish(struct session *session, json_t *changes, json_t **out_result,
                              struct error *err) {
    char operation_id[APP_CALLS_OPERATION_SIZE];

    return app_update(session->client, session->app_name, changes, operation_id, err) &&
           finish(session, operation_id, out_result, err);
}

bool command_stop(struct session *session, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    json_t *request = app_request(session->app_name);
    json_t *result = NULL;
    char snapshot[SNAPSHOT_CALLS_NAME_SIZE] = "";
    char text[360] = "stopped at once, without a snapshot";

    if (session->options.forces) json_put_bool(request, "Force", true);
    if (!call_and_finish(session, "StopApplication", request, &result, err)) return false;
    if (!session->options.forces) {
        if (snapshots_of_stop(session->client, session->app_name, snapshot, sizeof snapshot,
                              NULL) &&
            snapshot[0] != '\0') {
            json_put_text(result, "SnapshotName", snapshot);
            (void)text_format(text, sizeof text, "stopped, with snapshot %s", snapshot);
        } else
            (void)text_copy(text, sizeof text,
                            "stopped without a snapshot: SnapshotsEnabled is false");
    }
    print_result(session, since_us, text, result);
    return true;
}

// --- restore ---

static bool is_of_application(struct session *session, const char *snapshot) {
    AUTO(json_decref) json_t *found = NULL;
    json_t *request = app_request(session->app_name);

    json_put_text(request, "SnapshotName", snapshot);
    return client_call(session->client, "DescribeApplicationSnapshot", request, &found, NULL);
}

// The application restores the snapshots of one kind. The service's error about one of the other
// kind says that it does not exist.
static bool find_enhanced(struct session *session, const char *snapshot, json_t **out_details,
                          struct error *err) {
    if (snapshot_describe(session->client, snapshot, out_details, err)) return true;
    if (err->kind == ERROR_NOT_FOUND && is_of_application(session, snapshot))
        return error_set(err, ERROR_INVALID,
                         "'%s' is an application snapshot, of the old kind: %s has the "
                         "SnapshotMode ENHANCED_SNAPSHOTS and restores enhanced snapshots only",
                         snapshot, session->app_name);
    return false;
}

static bool check_is_of_application(struct session *session, const char *snapshot,
                                    struct error *err) {
    AUTO(json_decref) json_t *details = NULL;

    if (!text_starts_with(snapshot, "arn:") &&
        (is_of_application(session, snapshot) ||
         !snapshot_describe(session->client, snapshot, &details, NULL)))
        return true;
    return error_set(err, ERROR_INVALID,
                     "'%s' is an enhanced snapshot: %s restores application snapshots only, unless "
                     "an update sets its SnapshotMode to ENHANCED_SNAPSHOTS",
                     snapshot, session->app_name);
}

// What names the snapshot in a restore: an enhanced one is named by its ARN, which is also accepted
// in place of the name.
static bool find_snapshot(struct session *session, const json_t *detail, const char *snapshot,
                          const char **out_member, char *out, size_t size_bytes,
                          struct error *err) {
    AUTO(json_decref) json_t *details = NULL;
    bool is_enhanced = snapshots_are_enhanced(detail);

    *out_member = is_enhanced ? "SnapshotArn" : "SnapshotName";
    if (!is_enhanced && !check_is_of_application(session, snapshot, err)) return false;
    if (is_enhanced && !text_starts_with(snapshot, "arn:")) {
        if (!find_enhanced(session, snapshot, &details, err)) return false;
        snapshot = json_text_or(details, "SnapshotArn", "");
    }
    (void)text_copy(out, size_bytes, snapshot);
    return true;
}

bool command_restore(struct session *session, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    const char *snapshot = session->options.words[1];
    AUTO(json_decref) json_t *detail = NULL;
    json_t *result = NULL;
    const char *member = NULL;
    char named[SNAPSHOT_ARN_SIZE];
    char text[SNAPSHOT_ARN_SIZE + 40];

    if (!app_describe(session->client, session->app_name, &detail, err) ||
        !find_snapshot(session, detail, snapshot, &member, named, sizeof named, err))
        return false;
    bool is_start = text_equal(app_status_of(detail), "READY");
    json_t *request = is_start ? app_request(session->app_name) : json_new_object();
    json_put(request, is_start ? "RunConfiguration" : "RunConfigurationUpdate",
             app_run_configuration("RESTORE_FROM_CUSTOM_SNAPSHOT", member, named,
                                   session->options.allows_non_restored));
    if (is_start ? !call_and_finish(session, "StartApplication", request, &result, err)
                 : !update_and_finish(session, request, &result, err))
        return false;
    json_put_text(result, "SnapshotName", snapshot);
    (void)text_format(text, sizeof text, "%s from snapshot %s",
                      json_text_or(result, "ApplicationStatus", ""), snapshot);
    print_result(session, since_us, text, result);
    return true;
}

// --- scale ---

bool command_scale(struct session *session, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    int64_t parallelism = 0;
    json_t *result = NULL;
    char text[80];

    if (!text_to_int64(session->options.words[1], &parallelism) || parallelism < 1) {
        session->exit_status = 2;
        (void)text_format(text, sizeof text, "'%s' is not a parallelism: use 1 or more",
                          session->options.words[1]);
        terminal_print_error(text);
        return true;
    }
    json_t *changes = json_new_object();
    json_t *configuration = json_new_object();
    json_put(configuration, "FlinkApplicationConfigurationUpdate",
             app_parallelism_change(parallelism));
    json_put(changes, "ApplicationConfigurationUpdate", configuration);
    if (!update_and_finish(session, changes, &result, err)) return false;
    json_put_int(result, "Parallelism", parallelism);
    (void)text_format(text, sizeof text, "%s with parallelism %lld",
                      json_text_or(result, "ApplicationStatus", ""), (long long)parallelism);
    print_result(session, since_us, text, result);
    return true;
}

// --- maintenance ---

bool command_maintenance(struct session *session, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    AUTO(json_decref) json_t *reply = NULL;
    json_t *result = NULL;

    if (!app_post(session->client, session->app_name, "/maintenance", json_new_object(), &reply,
                  err) ||
        !finish(session, json_text_or(reply, "operationId", ""), &result, err))
        return false;
    print_result(session, since_us, "restarted with its state, as by maintenance", result);
    return true;
}
