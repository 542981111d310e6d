// snapshot, snapshots, export, import: what is about snapshots and not about the job.
#include "base/clock.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/s3_place.h"
#include "cli/client/snapshot_calls.h"
#include "cli/client/table.h"
#include "cli/commands.h"

#include <time.h>
#include <unistd.h>

enum { PLACE_TEXT_SIZE = 900 };
// The API requires a role; kobel does not use it.
static const char ROLE[] = "arn:aws:iam::000000000000:role/kobel";

// --- snapshot ---

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

static bool take_legacy(struct session *session, const char *snapshot, struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;

    return client_call(session->client, "CreateApplicationSnapshot",
                       snapshot_request(session, snapshot), &reply, err) &&
           wait_for_snapshot(session, snapshot, err);
}

static bool take_enhanced(struct session *session, const char *snapshot, json_t *result,
                          struct error *err) {
    AUTO(json_decref) json_t *operation = NULL;

    if (!snapshot_run(session->client, "CreateSnapshot", snapshot_request(session, snapshot),
                      &operation, err))
        return false;
    json_put_copy(result, "SnapshotArn", json_member(operation, "SnapshotArn"));
    return true;
}

bool command_snapshot(struct session *session, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    AUTO(json_decref) json_t *detail = NULL;
    AUTO(json_decref) json_t *result = json_new_object();
    char name[64];
    char text[SNAPSHOT_CALLS_NAME_SIZE + 20];
    const char *snapshot = session->options.words[1];

    if (snapshot == NULL) {
        default_snapshot_name(name, sizeof name);
        snapshot = name;
    }
    if (!app_describe(session->client, session->app_name, &detail, err)) return false;
    json_put_text(result, "SnapshotName", snapshot);
    if (snapshots_are_enhanced(detail) ? !take_enhanced(session, snapshot, result, err)
                                       : !take_legacy(session, snapshot, err))
        return false;
    json_put_text(result, "SnapshotStatus", "READY");
    (void)text_format(text, sizeof text, "snapshot %s", snapshot);
    session_print_result(session, "ApplicationName", session->app_name, since_us, text,
                         TAKE(result));
    return true;
}

// --- snapshots ---

// The application, or where an import came from.
static void describe_source(const json_t *details, char out[static PLACE_TEXT_SIZE]) {
    const json_t *source = json_member(details, "SnapshotSourceDescription");
    const json_t *place = json_member(source, "S3PrefixLocation");
    const json_t *app = json_member(source, "SourceApplicationDescription");

    if (place == NULL)
        (void)text_copy(out, PLACE_TEXT_SIZE, json_text_or(app, "ApplicationName", ""));
    else
        s3_place_print(json_text_or(place, "BucketARN", ""), json_text_or(place, "KeyPrefix", ""),
                       out, PLACE_TEXT_SIZE);
}

static void add_row(struct table *table, const json_t *details) {
    char source[PLACE_TEXT_SIZE];
    char size[24];
    char created[24];

    describe_source(details, source);
    terminal_size(json_int_or(details, "SnapshotSizeInBytes", 0), size);
    terminal_time(app_time_of(details, "SnapshotCreationTimestamp"), created);
    table_add(table, (const char *[]){json_text(details, "SnapshotName"),
                                      json_text(details, "SnapshotStatus"), source, size, created,
                                      json_text(details, "SnapshotInitiator")});
}

static void print_snapshots(const struct session *session, const json_t *all) {
    AUTO(table_free)
    struct table *table = table_new(
        6, (const char *[]){"SNAPSHOT", "STATUS", "SOURCE", "SIZE", "CREATED", "INITIATOR"});

    for (size_t index = 0; index < json_array_size(all); index++)
        add_row(table, json_array_get(all, index));
    if (json_array_size(all) == 0)
        (void)fputs("there is no enhanced snapshot; `kobel status NAME` lists the snapshots of an "
                    "application\n",
                    stdout);
    else
        table_print(table, &session->out);
}

// A list does not have the size.
static bool describe_all(struct session *session, const json_t *list, json_t *out_all,
                         struct error *err) {
    for (size_t index = 0; index < json_array_size(list); index++) {
        const char *name = json_text_or(json_array_get(list, index), "SnapshotName", "");
        json_t *details = NULL;
        if (snapshot_describe(session->client, name, &details, err))
            json_add(out_all, details);
        else if (err->kind != ERROR_NOT_FOUND) // else it was deleted meanwhile
            return false;
    }
    return true;
}

bool command_snapshots(struct session *session, struct error *err) {
    AUTO(json_decref) json_t *list = NULL;
    AUTO(json_decref) json_t *all = json_new_array();

    if (!snapshots_of_account(session->client, session->options.words[0], SIZE_MAX, &list, err))
        return false;
    if (session->options.only_names) {
        session_print_names(session, list, "SnapshotName");
        return true;
    }
    if (!describe_all(session, list, all, err)) return false;
    if (!session->options.is_json) {
        print_snapshots(session, all);
        return true;
    }
    AUTO(json_decref) json_t *result = json_new_object();
    json_put_copy(result, "snapshots", all);
    session_print_json(session, result);
    return true;
}

// --- export and import ---

static bool read_place(struct session *session, const char *text, struct s3_place *out_place) {
    struct error err;

    if (s3_place_read(text, out_place, &err)) return true;
    session->exit_status = 2;
    terminal_print_error(err.message);
    return false;
}

// "ExportRoleArn", ...: the members of the block differ by these words only.
static json_t *location_block(const char *type, const char *role, const char *location,
                              const struct s3_place *place) {
    json_t *block = json_new_object();

    json_put_text(block, type, "S3");
    json_put_text(block, role, ROLE);
    json_put(block, location, s3_place_location(place));
    return block;
}

static json_t *transfer_request(const struct session *session) {
    json_t *request = json_new_object();

    json_put_text(request, "SnapshotName", session->options.words[0]);
    return request;
}

// A copy may take minutes: once it is accepted, that is printed.
static bool begin_copy(const struct session *session, const char *operation, json_t *request,
                       const char *text, char out_id[static SNAPSHOT_CALLS_ID_SIZE],
                       struct error *err) {
    const struct terminal out = terminal_of(STDERR_FILENO);

    if (!snapshot_begin(session->client, operation, request, out_id, err)) return false;
    if (session->options.is_json) return true;
    terminal_print(&out, COLOUR_FAINT, "%s; Ctrl-C ends only the wait", text);
    (void)fputc('\n', stderr);
    return true;
}

static void print_end(const struct session *session, int64_t since_us, const char *text,
                      const json_t *operation, const char *place) {
    json_t *result = json_new_object();

    json_put_copy(result, "SnapshotArn", json_member(operation, "SnapshotArn"));
    json_put_copy(result, "SnapshotOperationId", json_member(operation, "SnapshotOperationId"));
    json_put_text(result, "Place", place);
    session_print_result(session, "SnapshotName", session->options.words[0], since_us, text,
                         result);
}

bool command_export(struct session *session, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    AUTO(json_decref) json_t *operation = NULL;
    json_t *request;
    struct s3_place place;
    char id[SNAPSHOT_CALLS_ID_SIZE];
    char exported[PLACE_TEXT_SIZE];
    char text[PLACE_TEXT_SIZE + 20];

    if (!read_place(session, session->options.words[1], &place)) return true;
    request = transfer_request(session);
    json_put(
        request, "ExportDestinationConfiguration",
        location_block("DestinationType", "ExportRoleArn", "DestinationS3PrefixLocation", &place));
    if (!begin_copy(session, "ExportSnapshot", request, "the files are copied to the bucket", id,
                    err) ||
        !snapshot_wait(session->client, session->options.words[0], id, &operation, err))
        return false;
    const json_t *location =
        json_path(operation, "SnapshotDestinationLocationDescription", "S3PrefixLocation", NULL);
    s3_place_print(json_text_or(location, "BucketARN", ""),
                   json_text_or(location, "ExportedPrefix", ""), exported, sizeof exported);
    (void)text_format(text, sizeof text, "exported to %s", exported);
    print_end(session, since_us, text, operation, exported);
    return true;
}

bool command_import(struct session *session, struct error *err) {
    int64_t since_us = clock_monotonic_us();
    AUTO(json_decref) json_t *operation = NULL;
    AUTO(json_decref) json_t *details = NULL;
    json_t *request;
    struct s3_place place;
    char id[SNAPSHOT_CALLS_ID_SIZE];
    char size[24];
    char named[PLACE_TEXT_SIZE];
    char text[60];

    s3_place_of_savepoint(session->options.words[1], named, sizeof named);
    if (!read_place(session, named, &place)) return true;
    request = transfer_request(session);
    json_put(request, "ImportSourceConfiguration",
             location_block("SourceType", "ImportRoleArn", "SourceS3PrefixLocation", &place));
    if (!begin_copy(session, "ImportSnapshot", request, "the files are copied from the bucket", id,
                    err) ||
        !snapshot_wait(session->client, session->options.words[0], id, &operation, err) ||
        !snapshot_describe(session->client, session->options.words[0], &details, err))
        return false;
    terminal_size(json_int_or(details, "SnapshotSizeInBytes", 0), size);
    (void)text_format(text, sizeof text, "imported, %s", size);
    print_end(session, since_us, text, operation, session->options.words[1]);
    return true;
}
