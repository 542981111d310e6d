// status: all applications as a table, or one with its snapshots and operations.
#include "base/memory.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/snapshot_calls.h"
#include "cli/client/table.h"
#include "cli/commands.h"

#include <string.h>

enum { ASK_TIMEOUT_MS = 10000 };

// Appends the ApplicationSummaries of all pages.
static bool list_all(struct client *client, json_t *out_list, struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;
    const char *token = NULL;

    do {
        json_t *request = json_new_object();
        json_put_int(request, "Limit", 50);
        if (token != NULL) json_put_text(request, "NextToken", token);
        json_decref(reply);
        reply = NULL;
        if (!client_call(client, "ListApplications", request, &reply, err)) return false;
        if (json_array_extend(out_list, json_object_get(reply, "ApplicationSummaries")) != 0)
            return error_set(err, ERROR_UNAVAILABLE,
                             "the reply to ListApplications has no list: is it a kobel daemon?");
        token = json_text(reply, "NextToken");
    } while (token != NULL);
    return true;
}

// The daemon's status with all applications; a page has a hundred.
static bool read_daemon(struct client *client, json_t **out_daemon, struct error *err) {
    AUTO(json_decref) json_t *daemon = NULL;
    AUTO(json_decref) json_t *page = NULL;

    if (!client_get(client, "/kobel/v1/status", ASK_TIMEOUT_MS, &daemon, err)) return false;
    for (const char *next = json_text(daemon, "next"); next != NULL;
         next = json_text(page, "next")) {
        AUTO(memory_free) char *path = memory_format("/kobel/v1/status?after=%s", next);
        json_decref(page);
        page = NULL;
        if (!client_get(client, path, ASK_TIMEOUT_MS, &page, err)) return false;
        if (json_array_extend(json_object_get(daemon, "apps"), json_object_get(page, "apps")) != 0)
            return error_set(
                err, ERROR_UNAVAILABLE,
                "the status of the daemon has no list of applications: is it a kobel daemon?");
    }
    (void)json_object_del(daemon, "next");
    *out_daemon = TAKE(daemon);
    return true;
}

// Adds "byArn", an index of "apps", for find_own().
static void index_by_arn(json_t *daemon) {
    json_t *by_arn = json_new_object();
    size_t index;
    json_t *app;

    json_array_foreach(json_object_get(daemon, "apps"), index, app)
        json_put(by_arn, json_text_or(app, "arn", ""), json_incref(app));
    json_put(daemon, "byArn", by_arn);
}

// The entry of an application in the daemon's status.
static const json_t *find_own(const json_t *daemon, const json_t *detail) {
    return json_member(json_member(daemon, "byArn"), json_text_or(detail, "ApplicationARN", ""));
}

// "READY", or "READY, next BOOTING" during a move; "sources held" where the job reads nothing.
static void describe_clusters(const json_t *own, char *out, size_t size_bytes) {
    const char *current = json_text(json_member(own, "current"), "health");
    const char *next = json_text(json_member(own, "next"), "health");
    bool are_held = json_bool_or(json_member(own, "current"), "sourcesHeld", false);

    (void)text_format(out, size_bytes, "%s%s%s%s%s", current == NULL ? "" : current,
                      are_held ? ", sources held" : "", current == NULL || next == NULL ? "" : ", ",
                      next == NULL ? "" : "next ", next == NULL ? "" : next);
}

static void add_row(struct table *table, const json_t *daemon, const json_t *detail) {
    char version[24];
    char parallelism[24];
    char clusters[120];
    char updated[24];
    char restarts[24];
    const json_t *own = find_own(daemon, detail);

    (void)text_format(version, sizeof version, "%lld",
                      (long long)json_int_or(detail, "ApplicationVersionId", 0));
    (void)text_format(parallelism, sizeof parallelism, "%lld",
                      (long long)app_parallelism_of(detail));
    describe_clusters(own, clusters, sizeof clusters);
    (void)text_format(restarts, sizeof restarts, "%lld",
                      (long long)json_int_or(own, "restarts", 0));
    terminal_time(app_time_of(detail, "LastUpdateTimestamp"), updated);
    table_add(table, (const char *[]){json_text(detail, "ApplicationName"), app_status_of(detail),
                                      version, parallelism, json_text(detail, "RuntimeEnvironment"),
                                      clusters, restarts, updated});
}

static void print_daemon(const struct session *session, const json_t *daemon) {
    const json_t *memory = json_member(daemon, "memory");
    char used[24];
    char budget[24];

    terminal_size(json_int_or(memory, "usedBytes", 0), used);
    terminal_size(json_int_or(memory, "budgetBytes", 0), budget);
    terminal_print(
        &session->out, COLOUR_FAINT, "kobel %s at %s, profile %s, sandbox %s, memory %s of %s",
        json_text_or(daemon, "version", "?"), client_url(session->client),
        json_text_or(daemon, "profile", "?"), json_text_or(daemon, "sandbox", "?"), used, budget);
    (void)fputc('\n', stdout);
}

// The problems of jobs that should run: their status in the API is RUNNING anyway.
static void print_troubles(const struct session *session, const json_t *daemon,
                           const json_t *details) {
    const struct terminal *out = &session->out;

    for (size_t index = 0; index < json_array_size(details); index++) {
        const json_t *detail = json_array_get(details, index);
        const char *trouble = json_text(find_own(daemon, detail), "trouble");
        if (trouble == NULL) continue;
        terminal_print(out, COLOUR_RED, "%s", json_text_or(detail, "ApplicationName", ""));
        terminal_print(out, COLOUR_PLAIN, ": %s", trouble);
        (void)fputc('\n', stdout);
    }
}

static void print_all(const struct session *session, json_t *daemon, const json_t *details) {
    AUTO(table_free)
    struct table *table =
        table_new(8, (const char *[]){"APPLICATION", "STATUS", "VERSION", "PARALLELISM", "RUNTIME",
                                      "CLUSTER", "RESTARTS", "CHANGED"});

    print_daemon(session, daemon);
    index_by_arn(daemon);
    for (size_t index = 0; index < json_array_size(details); index++)
        add_row(table, daemon, json_array_get(details, index));
    if (json_array_size(details) == 0)
        (void)fputs("there is no application: create one with `kobel run my-job.jar`\n", stdout);
    else
        table_print(table, &session->out);
    print_troubles(session, daemon, details);
}

// --- one application ---

static void print_enhanced(const struct session *session, const json_t *snapshots) {
    AUTO(table_free)
    struct table *table =
        table_new(4, (const char *[]){"ENHANCED SNAPSHOT", "STATUS", "INITIATOR", "CREATED"});

    for (size_t index = 0; index < json_array_size(snapshots); index++) {
        const json_t *snapshot = json_array_get(snapshots, index);
        char created[24];
        terminal_time(app_time_of(snapshot, "SnapshotCreationTimestamp"), created);
        table_add(table, (const char *[]){json_text(snapshot, "SnapshotName"),
                                          json_text(snapshot, "SnapshotStatus"),
                                          json_text(snapshot, "SnapshotInitiator"), created});
    }
    if (json_array_size(snapshots) == 0) return;
    (void)fputc('\n', stdout);
    table_print(table, &session->out);
}

static void print_snapshots(const struct session *session, const json_t *snapshots) {
    AUTO(table_free)
    struct table *table =
        table_new(4, (const char *[]){"SNAPSHOT", "STATUS", "VERSION", "CREATED"});

    for (size_t index = 0; index < json_array_size(snapshots); index++) {
        const json_t *snapshot = json_array_get(snapshots, index);
        char version[24];
        char created[24];
        (void)text_format(version, sizeof version, "%lld",
                          (long long)json_int_or(snapshot, "ApplicationVersionId", 0));
        terminal_time(app_time_of(snapshot, "SnapshotCreationTimestamp"), created);
        table_add(table, (const char *[]){json_text(snapshot, "SnapshotName"),
                                          json_text(snapshot, "SnapshotStatus"), version, created});
    }
    if (json_array_size(snapshots) == 0) return;
    (void)fputc('\n', stdout);
    table_print(table, &session->out);
}

static void print_operations(const struct session *session, const json_t *operations) {
    AUTO(table_free)
    struct table *table = table_new(4, (const char *[]){"OPERATION", "STATUS", "STARTED", "ID"});

    for (size_t index = 0; index < json_array_size(operations); index++) {
        const json_t *operation = json_array_get(operations, index);
        char started[24];
        terminal_time(app_time_of(operation, "StartTime"), started);
        table_add(table, (const char *[]){json_text(operation, "Operation"),
                                          json_text(operation, "OperationStatus"), started,
                                          json_text(operation, "OperationId")});
    }
    if (json_array_size(operations) == 0) return;
    (void)fputc('\n', stdout);
    table_print(table, &session->out);
}

// So many of each list of the application are shown: the newest.
enum { SHOWN_MAX = 10 };

static bool list_operations(struct session *session, json_t *into, struct error *err) {
    static const char member[] = "ApplicationOperationInfoList";
    AUTO(json_decref) json_t *reply = NULL;
    json_t *request = app_request(session->app_name);

    json_put_int(request, "Limit", SHOWN_MAX);
    if (!client_call(session->client, "ListApplicationOperations", request, &reply, err))
        return false;
    json_put_copy(into, member, json_member(reply, member));
    return true;
}

// Those from before the change of the mode stay.
static bool list_snapshots(struct session *session, const json_t *detail, json_t *into,
                           struct error *err) {
    AUTO(json_decref) json_t *all = NULL;
    AUTO(json_decref) json_t *enhanced = NULL;
    json_t *shown = json_new_array();

    json_put(into, "SnapshotSummaries", shown);
    if (!snapshots_of_app(session->client, session->app_name, &all, err)) return false;
    for (size_t index = 0; index < SHOWN_MAX && index < json_array_size(all); index++)
        json_add(shown, json_copy_of(json_array_get(all, index)));
    if (!snapshots_are_enhanced(detail)) return true;
    if (!snapshots_of_account(session->client, session->app_name, SHOWN_MAX, &enhanced, err))
        return false;
    json_put(into, "SnapshotInfoList", TAKE(enhanced));
    return true;
}

static void keep_ready(json_t *snapshots) {
    for (size_t left = json_array_size(snapshots); left > 0; left--) {
        const json_t *snapshot = json_array_get(snapshots, left - 1);
        if (!text_equal(json_text(snapshot, "SnapshotStatus"), "READY"))
            (void)json_array_remove(snapshots, left - 1);
    }
}

// For completions of `kobel restore`: an application takes any enhanced one.
static bool show_snapshot_names(struct session *session, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;
    AUTO(json_decref) json_t *snapshots = NULL;

    if (!app_describe(session->client, session->app_name, &detail, err)) return false;
    if (snapshots_are_enhanced(detail)
            ? !snapshots_of_account(session->client, NULL, SIZE_MAX, &snapshots, err)
            : !snapshots_of_app(session->client, session->app_name, &snapshots, err))
        return false;
    keep_ready(snapshots);
    session_print_names(session, snapshots, "SnapshotName");
    return true;
}

static bool show_one(struct session *session, json_t *daemon, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;
    AUTO(json_decref) json_t *lists = json_new_object();
    AUTO(json_decref) json_t *details = json_new_array();

    if (!app_describe(session->client, session->app_name, &detail, err) ||
        !list_snapshots(session, detail, lists, err) || !list_operations(session, lists, err))
        return false;
    if (session->options.is_json) {
        json_put_copy(lists, "ApplicationDetail", detail);
        session_print_json(session, lists);
        return true;
    }
    json_add(details, json_copy_of(detail));
    print_all(session, daemon, details);
    print_enhanced(session, json_member(lists, "SnapshotInfoList"));
    print_snapshots(session, json_member(lists, "SnapshotSummaries"));
    print_operations(session, json_member(lists, "ApplicationOperationInfoList"));
    return true;
}

// --- the command ---

static bool show_all(struct session *session, json_t *daemon, struct error *err) {
    AUTO(json_decref) json_t *summaries = json_new_array();
    AUTO(json_decref) json_t *details = json_new_array();
    size_t index;
    json_t *summary;

    if (!list_all(session->client, summaries, err)) return false;
    if (session->options.only_names) {
        session_print_names(session, summaries, "ApplicationName");
        return true;
    }
    json_array_foreach(summaries, index, summary) {
        const char *name = json_text_or(summary, "ApplicationName", "");
        json_t *detail = NULL;
        if (app_describe(session->client, name, &detail, err)) {
            json_add(details, detail);
            continue;
        }
        // It was deleted meanwhile.
        if (err->kind != ERROR_NOT_FOUND) return false;
    }
    if (session->options.is_json) {
        AUTO(json_decref) json_t *all = json_new_object();
        json_put_copy(all, "daemon", daemon);
        json_put_copy(all, "applications", details);
        session_print_json(session, all);
        return true;
    }
    print_all(session, daemon, details);
    return true;
}

bool command_status(struct session *session, struct error *err) {
    AUTO(json_decref) json_t *daemon = NULL;

    if (!read_daemon(session->client, &daemon, err)) return false;
    if (session->app_name == NULL) return show_all(session, daemon, err);
    return session->options.only_names ? show_snapshot_names(session, err)
                                       : show_one(session, daemon, err);
}
