// Tables are trimmed per application, in whatever order their rows come.
#include "base/memory.h"
#include "base/text.h"
#include "fakes/storage_database.h"
#include "storage/app_store.h"
#include "storage/db_statement.h"
#include "storage/event_store.h"
#include "storage/operation_store.h"
#include "storage/scaling_store.h"
#include "storage/version_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static char path[96];
static struct db *db;
static struct error err;

static void set_up(void) {
    db = storage_database_open(path);
}

static void tear_down(void) {
    storage_database_close(db);
}

TestSuite(trimming, .init = set_up, .fini = tear_down);

static struct app add_app(const char *id, const char *name) {
    return storage_database_add_app(db, id, name);
}

Test(trimming, keeps_the_newest_versions_of_each_application) {
    AUTO(app_version_release) struct app_version version = {.config = json_new_object()};
    AUTO(app_version_release) struct app_version kept = {0};
    struct version_summary list[VERSIONS_KEPT + 1];
    size_t count;
    bool found;
    bool used;

    struct app app = add_app("id1", "a");
    (void)add_app("id2", "b");
    for (version.version = 2; version.version <= VERSIONS_KEPT + 2; version.version++) {
        (void)text_copy(version.code_sha256, sizeof version.code_sha256,
                        version.version == 2 ? "old" : "new");
        cr_assert(version_store_add(db, "id1", &version, &err), "%s", err.message);
        app.version = version.version;
        cr_assert(app_store_save(db, &app, &err), "%s", err.message);
    }
    cr_assert(version_store_list(db, "id1", INT64_MAX, list, VERSIONS_KEPT + 1, &count, &err));
    cr_assert(eq(sz, count, VERSIONS_KEPT));
    cr_assert(eq(int, (int)list[count - 1].version, 3));
    cr_assert(version_store_uses_code(db, "old", &used, &err));
    cr_assert(not(used));
    cr_assert(version_store_load(db, "id2", 1, &kept, &found, &err) && found);
}

Test(trimming, keeps_the_version_that_runs_and_the_one_before_it) {
    AUTO(app_version_release)
    struct app_version version = {.config = json_new_object(), .updated_from = 2};
    struct version_summary list[VERSIONS_KEPT + 10];
    struct app app = add_app("id1", "a");
    int64_t next;
    size_t count;

    // All after version 3 are taken back.
    for (version.version = 2; version.version <= VERSIONS_KEPT + 20; version.version++) {
        cr_assert(version_store_add(db, "id1", &version, &err), "%s", err.message);
        if (version.version > 3) continue;
        app.version = version.version;
        cr_assert(app_store_save(db, &app, &err), "%s", err.message);
    }
    cr_assert(version_store_list(db, "id1", INT64_MAX, list, VERSIONS_KEPT + 10, &count, &err));
    cr_assert(eq(sz, count, VERSIONS_KEPT + 2));
    cr_assert(eq(int, (int)list[count - 2].version, 3));
    cr_assert(eq(int, (int)list[count - 1].version, 2));
    cr_assert(version_store_next(db, "id1", &next, &err));
    cr_assert(eq(int, (int)next, VERSIONS_KEPT + 21));
}

Test(trimming, keeps_the_newest_thousand_operations) {
    struct operation_filter all = {.before_sequence = INT64_MAX};
    struct operation *list = calloc(1100, sizeof *list);
    AUTO(db_rollback) struct db_tx tx = {0};
    size_t count;

    (void)add_app("id1", "a");
    cr_assert(db_begin(db, &tx, &err));
    for (int index = 0; index < 1005; index++) {
        struct operation operation = {.name = "StartApplication"};
        (void)text_format(operation.id, sizeof operation.id, "op%d", index);
        cr_assert(operation_store_add(db, "id1", &operation, &err));
    }
    cr_assert(operation_store_list(db, "id1", &all, list, 1100, &count, &err));
    cr_assert(eq(sz, count, 1000));
    cr_assert(eq(str, list[0].id, "op1004"));
    all.has_status = true;
    all.status = OPERATION_FAILED;
    cr_assert(operation_store_list(db, "id1", &all, list, 1100, &count, &err));
    cr_assert(eq(sz, count, 0));
    free(list);
}

Test(trimming, keeps_the_newest_thousand_events) {
    AUTO(json_decref) json_t *events = NULL;
    AUTO(json_decref) json_t *detail = json_new_object();
    AUTO(db_rollback) struct db_tx tx = {0};
    struct app app = add_app("1", "one");

    json_put_text(detail, "to", "RUNNING");
    cr_assert(db_begin(db, &tx, &err));
    for (int number = 0; number < 1200; number++) {
        struct event event = {.at_ms = number, .kind = "status", .message = "m", .detail = detail};
        cr_assert(event_store_add(db, app.id, &event, &err), "%s", err.message);
    }
    cr_assert(db_commit(&tx, &err));
    cr_assert(event_store_list(db, app.id, 0, 5000, &events, &err), "%s", err.message);
    cr_assert(ge(int, (int)json_array_size(events), 1000));
    cr_assert(lt(int, (int)json_array_size(events), 1100));
    const json_t *last = json_array_get(events, json_array_size(events) - 1);
    cr_assert(eq(int, (int)json_int_or(last, "atMs", 0), 1199));
    cr_assert(eq(str, (char *)json_text(last, "to"), "RUNNING"));
    int64_t newest = json_int_or(last, "sequence", 0);
    json_decref(TAKE(events));
    cr_assert(event_store_list(db, app.id, newest, 10, &events, &err));
    cr_assert(eq(int, (int)json_array_size(events), 0));
}

static size_t count_events(const struct app *app) {
    AUTO(json_decref) json_t *events = NULL;

    cr_assert(event_store_list(db, app->id, 0, 5000, &events, &err), "%s", err.message);
    return json_array_size(events);
}

// The rows of one are those with even numbers, the rows of the other those with odd ones.
Test(trimming, keeps_as_many_events_of_each_application_in_whatever_order_they_come) {
    struct app first = add_app("id1", "a");
    struct app second = add_app("id2", "b");
    struct event event = {.at_ms = 1, .kind = "status", .message = "again"};
    struct db_tx tx = {0};

    cr_assert(db_begin(db, &tx, &err));
    for (int number = 0; number < 1330; number++) {
        cr_assert(event_store_add(db, first.id, &event, &err), "%s", err.message);
        cr_assert(event_store_add(db, second.id, &event, &err), "%s", err.message);
    }
    cr_assert(db_commit(&tx, &err));
    cr_assert(eq(sz, count_events(&first), 1030));
    cr_assert(eq(sz, count_events(&second), 1030));
}

static size_t count_evaluations(const struct app *app, bool moves_only) {
    AUTO(json_decref) json_t *bodies = NULL;

    cr_assert(scaling_store_list(db, app->id, moves_only, 1 << 20, &bodies, &err), "%s",
              err.message);
    return json_array_size(bodies);
}

static void add_evaluation(const struct app *app, bool moves) {
    AUTO(json_decref) json_t *body = json_new_object();

    cr_assert(scaling_store_add(db, app->id, 1, moves, body, &err), "%s", err.message);
}

Test(trimming, keeps_as_many_evaluations_of_each_application_in_whatever_order_they_come) {
    struct app first = add_app("id1", "a");
    struct app second = add_app("id2", "b");
    struct db_tx tx = {0};

    cr_assert(db_begin(db, &tx, &err));
    for (int number = 0; number < SCALING_MOVES_KEPT + 20; number++)
        add_evaluation(&second, true);
    for (int number = 0; number < SCALING_KEPT + 200; number++) {
        add_evaluation(&first, false);
        add_evaluation(&second, false);
    }
    cr_assert(db_commit(&tx, &err));
    // Cleaned at every hundredth of an application.
    cr_assert(le(sz, count_evaluations(&first, false), SCALING_KEPT + 100));
    cr_assert(le(sz, count_evaluations(&second, false), SCALING_KEPT + SCALING_MOVES_KEPT + 100));
    cr_assert(le(sz, count_evaluations(&second, true), SCALING_MOVES_KEPT));
}

static int64_t count_rows(const char *sql) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    cr_assert(db_prepare(db, sql, &stmt, &err), "%s", err.message);
    cr_assert(db_run(db, stmt, &err), "%s", err.message);
    return db_column_int(stmt, 0);
}

// Of jobs with many vertices.
Test(trimming, keeps_and_lists_fewer_evaluations_where_they_are_large) {
    struct app app = add_app("id1", "a");
    AUTO(json_decref) json_t *body = json_new_object();
    AUTO(memory_free) char *filler = memory_alloc(100001);
    AUTO(json_decref) json_t *listed = NULL;
    struct db_tx tx = {0};

    memset(filler, 'x', 100000);
    json_put_text(body, "text", filler);
    cr_assert(db_begin(db, &tx, &err));
    for (int number = 0; number < 300; number++)
        cr_assert(scaling_store_add(db, app.id, 1, false, body, &err), "%s", err.message);
    cr_assert(db_commit(&tx, &err));
    cr_assert(eq(i64, count_rows("SELECT count(*) FROM scaling"), SCALING_MAX_BYTES / 100012));
    cr_assert(scaling_store_list(db, app.id, false, 400, &listed, &err));
    cr_assert(eq(sz, json_array_size(listed), SCALING_LIST_MAX_BYTES / 100011));
}
