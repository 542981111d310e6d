// stop, snapshot, restore, scale, maintenance: each sends a request, waits for the end and prints
// the result.
#include "base/clock.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/commands.h"

#include <time.h>

// The result, as a line for people or as JSON. Consumes `consumed`.
static void print_result(const struct session *session, int64_t since_us, const char *text,
                         json_t *consumed) {
    AUTO(json_decref) json_t *result = consumed;
    int64_t duration_ms = (clock_monotonic_us() - since_us) / 1000;
    char duration[24];

    json_put_text(result, "ApplicationName", session->app_name);
    json_put_int(result, "DurationMs", duration_ms);
    terminal_duration(duration_ms, duration);
    if (session->options.is_json) {
        session_print_json(session, result);
        return;
    }
    terminal_print(&session->out, COLOUR_PLAIN, "%s: %s (%s)", session->app_name, text, duration);
    (void)fputc('\n', stdout);
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
    char snapshot[300] = "";
    char text[360] = "stopped at once, without a snapshot";

    if (session->options.forces) json_put_bool(request, "Force", true);
    if (!call_and_finish(session, "StopApplication", request, &result, err)) return false;
    if (!session->options.forces) {
        if (app_newest_snapshot(session->client, session->app_name, snapshot, sizeof snapshot,
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

// --- snapshots ---

static void default_snapshot_name(char *out, size_t size_bytes) {
    struct clock clock = clock_system();
    int64_t now_ms = clock_now_ms(&clock);
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;
    char time[24] = "";

    if (gmtime_r(&seconds, &utc) != NULL) (void)strftime(time, sizeof time, "%Y%m%d-%H%M%S", &utc);
    (void)text_format(out, size_bytes, "manual-%s-%03d", time, (int)(now_ms % 1000));
}

static json_t *snapshot_request(const struct session *session, const char *snapshot) {
    json_t *request = app_request(session->app_name);

    json_put_text(request, "SnapshotName", snapshot);
    return request;
}

static bool wait_for_snapshot(struct session *session, const char *snapshot, struct error *err) {
    for (;;) {
        AUTO(json_decref) json_t *reply = NULL;
        if (!client_call(session->client, "DescribeApplicationSnapshot",
                         snapshot_request(session, snapshot), &reply, err))
            return false;
        const char *status =
            json_text_or(json_member(reply, "SnapshotDetails"), "SnapshotStatus", "");
        if (text_equal(status, "READY")) return true;
        if (text_equal(status, "FAILED"))
            return error_set(err, ERROR_REQUEST,
                             "the snapshot failed: see `kobel logs %s` for the reason",
                             session->app_name);
        app_pause(10);
    }
}

bool command_snapshot(struct session *session, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    AUTO(json_decref) json_t *reply = NULL;
    char name[64];
    char text[360];
    const char *snapshot = session->options.words[1];

    if (snapshot == NULL) {
        default_snapshot_name(name, sizeof name);
        snapshot = name;
    }
    if (!client_call(session->client, "CreateApplicationSnapshot",
                     snapshot_request(session, snapshot), &reply, err) ||
        !wait_for_snapshot(session, snapshot, err))
        return false;
    json_t *result = json_new_object();
    json_put_text(result, "SnapshotName", snapshot);
    json_put_text(result, "SnapshotStatus", "READY");
    (void)text_format(text, sizeof text, "snapshot %s", snapshot);
    print_result(session, since_us, text, result);
    return true;
}

bool command_restore(struct session *session, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    const char *snapshot = session->options.words[1];
    AUTO(json_decref) json_t *detail = NULL;
    json_t *result = NULL;
    char text[360];

    if (!app_describe(session->client, session->app_name, &detail, err)) return false;
    bool is_start = text_equal(app_status_of(detail), "READY");
    json_t *request = is_start ? app_request(session->app_name) : json_new_object();
    json_put(request, is_start ? "RunConfiguration" : "RunConfigurationUpdate",
             app_run_configuration("RESTORE_FROM_CUSTOM_SNAPSHOT", snapshot,
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
