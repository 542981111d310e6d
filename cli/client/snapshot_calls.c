#include "cli/client/snapshot_calls.h"

#include "base/text.h"
#include "cli/client/app_calls.h"

enum { PAGE_SIZE = 50, FIRST_PAUSE_MS = 10, PAUSE_MAX_MS = 200 };

static const json_t *configuration_of(const json_t *detail) {
    return json_path(detail, "ApplicationConfigurationDescription",
                     "ApplicationSnapshotConfigurationDescription", NULL);
}

bool snapshots_are_enhanced(const json_t *detail) {
    return text_equal(json_text(configuration_of(detail), "SnapshotMode"), "ENHANCED_SNAPSHOTS");
}

// --- lists ---

// Asks for one page and appends its elements. *out_token: a text of *reply, NULL on the last page.
static bool add_page(struct client *client, const char *operation, const char *member,
                     json_t *request, json_t *into, json_t **reply, const char **out_token,
                     struct error *err) {
    size_t index;
    json_t *element;

    if (*out_token != NULL) json_put_text(request, "NextToken", *out_token);
    json_decref(*reply);
    *reply = NULL;
    if (!client_call(client, operation, request, reply, err)) return false;
    json_array_foreach(json_member(*reply, member), index, element) {
        json_add(into, json_copy_of(element));
    }
    *out_token = json_text(*reply, "NextToken");
    return true;
}

bool snapshots_of_app(struct client *client, const char *app_name, json_t **out_snapshots,
                      struct error *err) {
    AUTO(json_decref) json_t *listed = json_new_array();
    AUTO(json_decref) json_t *reply = NULL;
    const char *token = NULL;

    do {
        json_t *request = app_request(app_name);
        json_put_int(request, "Limit", PAGE_SIZE);
        if (!add_page(client, "ListApplicationSnapshots", "SnapshotSummaries", request, listed,
                      &reply, &token, err))
            return false;
    } while (token != NULL);
    *out_snapshots = json_new_array();
    for (size_t left = json_array_size(listed); left > 0; left--)
        json_add(*out_snapshots, json_copy_of(json_array_get(listed, left - 1)));
    return true;
}

bool snapshots_of_account(struct client *client, const char *source, size_t most,
                          json_t **out_snapshots, struct error *err) {
    AUTO(json_decref) json_t *listed = json_new_array();
    AUTO(json_decref) json_t *reply = NULL;
    const char *token = NULL;

    do {
        size_t left = most - json_array_size(listed);
        json_t *request = json_new_object();
        if (source != NULL) json_put_text(request, "SourceApplicationName", source);
        json_put_int(request, "Limit", left < PAGE_SIZE ? (int64_t)left : PAGE_SIZE);
        if (!add_page(client, "ListSnapshots", "SnapshotInfoList", request, listed, &reply, &token,
                      err))
            return false;
    } while (token != NULL && json_array_size(listed) < most);
    *out_snapshots = TAKE(listed);
    return true;
}

// An enhanced one may be of an earlier application with the same name: they outlive it. Right after
// the change of the mode there are only those of the other kind.
static bool find_newest(struct client *client, const json_t *detail, json_t **snapshots,
                        struct error *err) {
    const char *app_name = json_text_or(detail, "ApplicationName", "");

    if (snapshots_are_enhanced(detail)) {
        if (!snapshots_of_account(client, app_name, 1, snapshots, err)) return false;
        const json_t *newest = json_array_get(*snapshots, 0);
        int64_t made_ms = app_time_of(newest, "SnapshotCreationTimestamp");
        if (newest != NULL && made_ms >= app_time_of(detail, "CreateTimestamp")) return true;
        json_decref(TAKE(*snapshots));
    }
    return snapshots_of_app(client, app_name, snapshots, err);
}

static bool name_newest(struct client *client, const json_t *detail, char *out, size_t size_bytes,
                        struct error *err) {
    AUTO(json_decref) json_t *snapshots = NULL;

    if (!find_newest(client, detail, &snapshots, err)) return false;
    const json_t *newest = json_array_get(snapshots, 0);
    (void)text_copy(out, size_bytes, json_text_or(newest, "SnapshotName", ""));
    return true;
}

bool snapshots_newest(struct client *client, const char *app_name, char *out, size_t size_bytes,
                      struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;

    return app_describe(client, app_name, &detail, err) &&
           name_newest(client, detail, out, size_bytes, err);
}

bool snapshots_of_stop(struct client *client, const char *app_name, char *out, size_t size_bytes,
                       struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;

    if (!app_describe(client, app_name, &detail, err)) return false;
    if (json_bool_or(configuration_of(detail), "SnapshotsEnabled", true))
        return name_newest(client, detail, out, size_bytes, err);
    out[0] = '\0';
    return true;
}

// --- one ---

static json_t *request_of(const char *name) {
    json_t *request = json_new_object();

    json_put_text(request, "SnapshotName", name);
    return request;
}

bool snapshot_describe(struct client *client, const char *name, json_t **out_details,
                       struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;

    if (!client_call(client, "DescribeSnapshot", request_of(name), &reply, err)) return false;
    *out_details = json_copy_of(json_member(reply, "SnapshotInfoDetails"));
    return *out_details != NULL ||
           error_set(
               err, ERROR_UNAVAILABLE,
               "the reply to DescribeSnapshot has no SnapshotInfoDetails: is it a kobel daemon?");
}

// --- operations ---

static bool check(const json_t *operation, struct error *err) {
    const json_t *info = json_path(operation, "SnapshotOperationFailureDetails", "ErrorInfo", NULL);
    const char *status = json_text_or(operation, "SnapshotOperationStatus", "");
    const char *reason = json_text_or(info, "ErrorString", "");

    if (text_equal(status, "SUCCESSFUL")) return true;
    return error_set(
        err, ERROR_REQUEST, "%s %s%s%s%s%s", json_text_or(operation, "SnapshotOperation", ""),
        text_equal(status, "FAILED") ? "failed" : "was cancelled", info == NULL ? "" : ": ",
        json_text_or(info, "ErrorCode", ""), reason[0] == '\0' ? "" : ": ", reason);
}

bool snapshot_wait(struct client *client, const char *name, const char *operation_id,
                   json_t **out_operation, struct error *err) {
    for (int pause_ms = FIRST_PAUSE_MS;; pause_ms += pause_ms < PAUSE_MAX_MS ? pause_ms : 0) {
        AUTO(json_decref) json_t *reply = NULL;
        json_t *request = request_of(name);
        json_put_text(request, "SnapshotOperationId", operation_id);
        if (!client_call(client, "DescribeSnapshotOperation", request, &reply, err)) return false;
        const json_t *operation = json_member(reply, "SnapshotOperationInfoDetails");
        if (!text_equal(json_text(operation, "SnapshotOperationStatus"), "IN_PROGRESS")) {
            if (!check(operation, err)) return false;
            *out_operation = json_copy_of(operation);
            return true;
        }
        app_pause(pause_ms);
    }
}

bool snapshot_begin(struct client *client, const char *operation, json_t *request,
                    char out_id[static SNAPSHOT_CALLS_ID_SIZE], struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;

    if (!client_call(client, operation, request, &reply, err)) return false;
    (void)text_copy(out_id, SNAPSHOT_CALLS_ID_SIZE, json_text_or(reply, "SnapshotOperationId", ""));
    return true;
}

bool snapshot_run(struct client *client, const char *operation, json_t *request,
                  json_t **out_operation, struct error *err) {
    AUTO(json_decref) json_t *name = json_copy_of(json_member(request, "SnapshotName"));
    char id[SNAPSHOT_CALLS_ID_SIZE];

    return snapshot_begin(client, operation, request, id, err) &&
           snapshot_wait(client, json_string_value(name), id, out_operation, err);
}
