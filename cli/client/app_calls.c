#include "cli/client/app_calls.h"

#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"

#include <poll.h>

enum { WAIT_PAUSE_MS = 20 };

json_t *app_request(const char *name) {
    json_t *request = json_new_object();

    json_put_text(request, "ApplicationName", name);
    return request;
}

void app_pause(int pause_ms) {
    (void)poll(NULL, 0, pause_ms);
}

// --- reading ---

bool app_describe(struct client *client, const char *name, json_t **out_detail, struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;

    if (!client_call(client, "DescribeApplication", app_request(name), &reply, err)) return false;
    *out_detail = json_copy_of(json_member(reply, "ApplicationDetail"));
    return *out_detail != NULL ||
           error_set(
               err, ERROR_UNAVAILABLE,
               "the reply to DescribeApplication has no ApplicationDetail: is it a kobel daemon?");
}

// Always false.
static bool explain_failure(const struct client *client, struct error *err) {
    if (err->kind != ERROR_NOT_FOUND || !text_equal(err->message, "no such path")) return false;
    return error_set(
        err, ERROR_UNSUPPORTED,
        "the daemon at %s is too old for this command: restart it with this version of kobel",
        client_url(client));
}

bool app_get(struct client *client, const char *name, const char *rest, int64_t timeout_ms,
             json_t **out_reply, struct error *err) {
    AUTO(memory_free) char *escaped = sigv4_escape(name, false);
    AUTO(memory_free) char *path = memory_format("/kobel/v1/applications/%s%s", escaped, rest);

    return client_get(client, path, timeout_ms, out_reply, err) || explain_failure(client, err);
}

bool app_post(struct client *client, const char *name, const char *rest, json_t *request,
              json_t **out_reply, struct error *err) {
    AUTO(memory_free) char *escaped = sigv4_escape(name, false);
    AUTO(memory_free) char *path = memory_format("/kobel/v1/applications/%s%s", escaped, rest);

    return client_post(client, path, request, out_reply, err) || explain_failure(client, err);
}

const char *app_status_of(const json_t *detail) {
    return json_text_or(detail, "ApplicationStatus", "");
}

bool app_has_lasting_status(const json_t *detail) {
    const char *status = app_status_of(detail);

    return text_equal(status, "READY") || text_equal(status, "RUNNING") ||
           text_equal(status, "ROLLED_BACK");
}

int64_t app_parallelism_of(const json_t *detail) {
    const json_t *parallelism = json_path(detail, "ApplicationConfigurationDescription",
                                          "FlinkApplicationConfigurationDescription",
                                          "ParallelismConfigurationDescription", NULL);

    return json_int_or(parallelism, "CurrentParallelism",
                       json_int_or(parallelism, "Parallelism", 0));
}

int64_t app_time_of(const json_t *object, const char *member) {
    return (int64_t)(json_number_value(json_member(object, member)) * 1000.0);
}

bool app_operation_check(struct client *client, const char *name, const char *operation_id,
                         struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;
    json_t *request = app_request(name);

    json_put_text(request, "OperationId", operation_id);
    if (!client_call(client, "DescribeApplicationOperation", request, &reply, err)) return false;
    const json_t *operation = json_member(reply, "ApplicationOperationInfoDetails");
    const char *status = json_text_or(operation, "OperationStatus", "");
    if (!text_equal(status, "FAILED") && !text_equal(status, "CANCELLED")) return true;
    const char *reason = json_text(
        json_path(operation, "OperationFailureDetails", "ErrorInfo", NULL), "ErrorString");
    return error_set(err, ERROR_REQUEST, "%s %s%s%s", json_text_or(operation, "Operation", ""),
                     text_equal(status, "FAILED") ? "failed" : "was cancelled",
                     reason == NULL ? "" : ": ", reason == NULL ? "" : reason);
}

// --- changes ---

json_t *app_run_configuration(const char *type, const char *member, const char *snapshot,
                              bool allows_non_restored) {
    json_t *run = json_new_object();
    json_t *restore = json_new_object();

    json_put_text(restore, "ApplicationRestoreType", type);
    if (snapshot != NULL) json_put_text(restore, member, snapshot);
    json_put(run, "ApplicationRestoreConfiguration", restore);
    if (allows_non_restored) {
        json_t *flink = json_new_object();
        json_put_bool(flink, "AllowNonRestoredState", true);
        json_put(run, "FlinkRunConfiguration", flink);
    }
    return run;
}

json_t *app_parallelism_change(int64_t parallelism) {
    json_t *configuration = json_new_object();
    json_t *sizes = json_new_object();

    json_put_text(sizes, "ConfigurationTypeUpdate", "CUSTOM");
    json_put_int(sizes, "ParallelismUpdate", parallelism);
    json_put(configuration, "ParallelismConfigurationUpdate", sizes);
    return configuration;
}

bool app_update(struct client *client, const char *name, json_t *changes,
                char out_operation_id[static APP_CALLS_OPERATION_SIZE], struct error *err) {
    AUTO(json_decref) json_t *request = changes;
    AUTO(json_decref) json_t *detail = NULL;

    if (!app_describe(client, name, &detail, err)) return false;
    json_put_text(request, "ApplicationName", name);
    json_put_int(request, "CurrentApplicationVersionId",
                 json_int_or(detail, "ApplicationVersionId", 0));
    return app_begin(client, "UpdateApplication", TAKE(request), out_operation_id, err);
}

bool app_begin(struct client *client, const char *operation, json_t *request,
               char out_operation_id[static APP_CALLS_OPERATION_SIZE], struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;

    if (!client_call(client, operation, request, &reply, err)) return false;
    (void)text_copy(out_operation_id, APP_CALLS_OPERATION_SIZE,
                    json_text_or(reply, "OperationId", ""));
    return true;
}

bool app_wait(struct client *client, const char *name, app_tick_fn *tick, void *userdata,
              json_t **out_detail, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;

    do {
        json_decref(detail);
        detail = NULL;
        if (!app_describe(client, name, &detail, err)) return false;
        if (tick == NULL)
            app_pause(app_has_lasting_status(detail) ? 0 : WAIT_PAUSE_MS);
        else if (!tick(userdata, detail, err))
            return false;
    } while (!app_has_lasting_status(detail));
    *out_detail = TAKE(detail);
    return true;
}
