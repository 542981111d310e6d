// The stores on real SQLite files.
#include "base/text.h"
#include "fakes/storage_database.h"
#include "storage/app_store.h"
#include "storage/db_statement.h"
#include "storage/event_store.h"
#include "storage/metric_store.h"
#include "storage/operation_store.h"
#include "storage/scaling_store.h"
#include "storage/snapshot_store.h"
#include "storage/tag_store.h"
#include "storage/version_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>

static char path[96];
static struct db *db;
static struct error err;
static bool found; // by the last search or load
static const struct app_scope scope = STORAGE_SCOPE;

static void set_up(void) {
    db = storage_database_open(path);
}

static void tear_down(void) {
    storage_database_close(db);
}

TestSuite(storage, .init = set_up, .fini = tear_down);

static struct app add_app(const char *id, const char *name) {
    return storage_database_add_app(db, id, name);
}

Test(storage, gives_back_an_application_as_it_was_saved) {
    struct app app = add_app("id1", "a");
    struct app loaded;

    app.status = APP_UPDATING;
    app.version = 2;
    app.has_run_configuration = true;
    app.run_configuration =
        (struct run_configuration){.restore_type = RESTORE_CUSTOM, .snapshot_name = "s"};
    app.slots[SLOT_CURRENT] = (struct placement){.phase = PLACEMENT_UP,
                                                 .cluster_id = "b",
                                                 .job_id = "i",
                                                 .version = 1,
                                                 .parallelism = 1,
                                                 .up_since_ms = 55};
    app.slots[SLOT_NEXT] =
        (struct placement){.phase = PLACEMENT_SUBMITTED,
                           .cluster_id = "c",
                           .job_id = "j",
                           .version = 2,
                           .parallelism = 4,
                           .from = {.origin = STATE_CHECKPOINT, .job_id = "i", .path = "/p"},
                           .attempt = 2,
                           .not_before_ms = 77};
    app.move = (struct move){.kind = MOVE_UPDATE,
                             .operation_id = "o",
                             .halt = HALT_CHECKPOINT,
                             .snapshot_name = "n",
                             .previous_version = 1,
                             .failure = "f"};
    cr_assert(app_store_save(db, &app, &err), "%s", err.message);
    cr_assert(app_store_find(db, &scope, "a", &loaded, &found, &err) && found);
    cr_assert(eq(int, memcmp(&app.slots, &loaded.slots, sizeof app.slots), 0));
    cr_assert(eq(int, memcmp(&app.move, &loaded.move, sizeof app.move), 0));
    cr_assert(eq(int, loaded.status, APP_UPDATING));
    cr_assert(eq(str, loaded.run_configuration.snapshot_name, "s"));

    app.status = APP_RUNNING;
    app.move = (struct move){0};
    app.slots[SLOT_NEXT] = (struct placement){0};
    cr_assert(app_store_save(db, &app, &err));
    cr_assert(app_store_load(db, "id1", &loaded, &found, &err) && found);
    cr_assert(eq(int, loaded.move.kind, MOVE_NONE));
    cr_assert(eq(int, loaded.slots[SLOT_NEXT].phase, PLACEMENT_EMPTY));
}

// Test builds abort: no test may pass over such a mistake.
Test(storage, writes_no_record_that_contradicts_itself, .signal = SIGABRT) {
    struct app app = add_app("id1", "a");

    app.status = APP_RUNNING;
    error_ignore(app_store_save(db, &app, &err));
}

Test(storage, refuses_a_second_application_of_the_same_name_in_one_scope_only) {
    struct app other = add_app("id1", "a");

    (void)text_copy(other.id, sizeof other.id, "id2");
    cr_assert(not(app_store_add(db, &other, &err)));
    cr_assert(eq(int, err.kind, ERROR_EXISTS));
    (void)text_copy(other.scope.region, sizeof other.scope.region, "eu-west-1");
    cr_assert(app_store_add(db, &other, &err), "%s", err.message);
}

Test(storage, takes_what_is_not_there_for_no_failure) {
    struct app_version version;
    struct operation operation;
    struct snapshot snapshot;
    struct app app;

    found = true;
    cr_assert(app_store_find(db, &scope, "missing", &app, &found, &err) && !found);
    cr_assert(app_store_load(db, "missing", &app, &found, &err) && !found);
    cr_assert(version_store_load(db, "missing", 1, &version, &found, &err) && !found);
    cr_assert(operation_store_find(db, "missing", "o", &operation, &found, &err) && !found);
    cr_assert(snapshot_store_find(db, "missing", "s", &snapshot, &found, &err) && !found);
    cr_assert(snapshot_store_find_latest(db, "missing", &snapshot, &found, &err) && !found);
    cr_assert(
        snapshot_store_find_by_status(db, "missing", SNAPSHOT_CREATING, &snapshot, &found, &err) &&
        !found);
    cr_assert(snapshot_store_find_surplus(db, "missing", 0, &snapshot, &found, &err) && !found);
}

Test(storage, lists_applications_by_name_page_by_page) {
    struct app_summary list[2];
    size_t count;

    (void)add_app("id1", "b");
    (void)add_app("id2", "a");
    (void)add_app("id3", "c");
    cr_assert(app_store_list(db, &scope, "", list, 2, &count, &err));
    cr_assert(eq(sz, count, 2));
    cr_assert(eq(str, list[0].name, "a"));
    cr_assert(eq(str, list[1].runtime_environment, "FLINK-1_20"));
    cr_assert(app_store_list(db, &scope, list[1].name, list, 2, &count, &err));
    cr_assert(eq(sz, count, 1));
    cr_assert(eq(str, list[0].name, "c"));
}

Test(storage, removes_everything_with_an_application) {
    struct snapshot snapshot = {.name = "s", .runtime = RUNTIME_FLINK_1_20};
    struct operation operation = {.id = "o", .name = "StartApplication"};
    int64_t count;
    bool used;

    (void)add_app("id1", "a");
    cr_assert(snapshot_store_add(db, "id1", &snapshot, &err));
    cr_assert(operation_store_add(db, "id1", &operation, &err));
    cr_assert(tag_store_set(db, "id1", "k", "v", &err));
    cr_assert(app_store_remove(db, "id1", &err));
    cr_assert(snapshot_store_count(db, "id1", &count, &err));
    cr_assert(eq(int, (int)count, 0));
    cr_assert(tag_store_count(db, "id1", &count, &err));
    cr_assert(eq(int, (int)count, 0));
    cr_assert(version_store_uses_code(db, "", &used, &err));
    cr_assert(not(used));
}

Test(storage, refuses_a_second_snapshot_of_the_same_name) {
    struct snapshot snapshot = {.name = "s", .runtime = RUNTIME_FLINK_1_20};

    (void)add_app("id1", "a");
    cr_assert(snapshot_store_add(db, "id1", &snapshot, &err));
    cr_assert(not(snapshot_store_add(db, "id1", &snapshot, &err)));
    cr_assert(eq(int, err.kind, ERROR_EXISTS));
}

Test(storage, finds_the_newest_ready_snapshot_and_lists_both_ways) {
    struct snapshot list[4];
    struct snapshot latest;
    size_t count;

    (void)add_app("id1", "a");
    for (int index = 0; index < 3; index++) {
        struct snapshot snapshot = {.runtime = RUNTIME_FLINK_1_20,
                                    .status = index == 2 ? SNAPSHOT_CREATING : SNAPSHOT_READY};
        (void)text_format(snapshot.name, sizeof snapshot.name, "s%d", index);
        cr_assert(snapshot_store_add(db, "id1", &snapshot, &err));
    }
    cr_assert(snapshot_store_find_latest(db, "id1", &latest, &found, &err) && found);
    cr_assert(eq(str, latest.name, "s1"));
    cr_assert(snapshot_store_list(db, "id1", 0, list, 4, &count, &err));
    cr_assert(eq(str, list[0].name, "s0"));
    cr_assert(snapshot_store_list_newest(db, "id1", list[2].sequence, list, 4, &count, &err));
    cr_assert(eq(sz, count, 2));
    cr_assert(eq(str, list[0].name, "s1"));
}

// By another connection.
static void change(const char *sql) {
    sqlite3 *raw = NULL;

    cr_assert(eq(int, sqlite3_open(path, &raw), SQLITE_OK));
    cr_assert(eq(int, sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK), "%s: %s", sql,
              sqlite3_errmsg(raw));
    (void)sqlite3_close(raw);
}

static void check_is_refused(bool is_done, const char *sql) {
    cr_assert(not(is_done), "%s", sql);
    cr_assert(eq(int, err.kind, ERROR_UNAVAILABLE), "%s", sql);
    cr_assert(strstr(err.message, "database: ") != NULL, "%s: %s", sql, err.message);
}

Test(storage, refuses_a_name_of_an_enumeration_that_it_does_not_know) {
    static const struct {
        const char *damage;
        const char *repair;
    } rows[] = {
        {"UPDATE app SET status = 'x'", "UPDATE app SET status = 'UPDATING'"},
        {"UPDATE app SET restore_type = 'x'", "UPDATE app SET restore_type = NULL"},
        {"UPDATE placement SET phase = 'x'", "UPDATE placement SET phase = 'UP'"},
        {"UPDATE placement SET restore_origin = 'x'",
         "UPDATE placement SET restore_origin = 'EMPTY'"},
        {"UPDATE move SET kind = 'x'", "UPDATE move SET kind = 'UPDATE'"},
        {"UPDATE move SET takes_snapshot = 3", "UPDATE move SET takes_snapshot = 2"},
        {"UPDATE move SET takes_snapshot = -1", "UPDATE move SET takes_snapshot = 2"},
    };
    struct app app = add_app("id1", "a");

    app.status = APP_UPDATING;
    app.slots[SLOT_CURRENT] = (struct placement){
        .phase = PLACEMENT_UP, .cluster_id = "b", .job_id = "i", .version = 1, .parallelism = 1};
    app.slots[SLOT_NEXT] =
        (struct placement){.phase = PLACEMENT_PLANNED, .version = 2, .parallelism = 1};
    app.move = (struct move){.kind = MOVE_UPDATE, .operation_id = "o", .previous_version = 1};
    app.version = 2;
    cr_assert(app_store_save(db, &app, &err), "%s", err.message);
    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        change(rows[index].damage);
        check_is_refused(app_store_load(db, "id1", &app, &found, &err), rows[index].damage);
        change(rows[index].repair);
        cr_assert(app_store_load(db, "id1", &app, &found, &err), "%s", rows[index].repair);
    }
}

Test(storage, refuses_a_snapshot_and_an_operation_of_a_status_that_it_does_not_know) {
    struct snapshot snapshot = {.name = "s", .runtime = RUNTIME_FLINK_1_20};
    struct operation operation = {.id = "o", .name = "n"};

    (void)add_app("id1", "a");
    cr_assert(snapshot_store_add(db, "id1", &snapshot, &err));
    cr_assert(operation_store_add(db, "id1", &operation, &err));
    change("UPDATE operation SET status = 'x'");
    check_is_refused(operation_store_find(db, "id1", "o", &operation, &found, &err), "operation");
    change("UPDATE snapshot SET runtime = 'x'");
    check_is_refused(snapshot_store_find(db, "id1", "s", &snapshot, &found, &err), "runtime");
    change("UPDATE snapshot SET runtime = 'FLINK-1_20', status = 'x'");
    check_is_refused(snapshot_store_find(db, "id1", "s", &snapshot, &found, &err), "status");
}

static int64_t count_apps(struct db *of) {
    int64_t count = -1;

    cr_assert(app_store_count(of, &scope, &count, &err), "%s", err.message);
    return count;
}

Test(storage, counts_applications_by_scope_and_status) {
    struct app_totals totals;
    struct app app;

    (void)add_app("1", "one");
    app = add_app("2", "two");
    cr_assert(eq(int, (int)count_apps(db), 2));
    app.status = APP_RUNNING;
    app.slots[SLOT_CURRENT] =
        (struct placement){.phase = PLACEMENT_PLANNED, .version = 1, .parallelism = 1};
    cr_assert(app_store_save(db, &app, &err), "%s", err.message);
    cr_assert(app_store_totals(db, &totals, &err), "%s", err.message);
    cr_assert(eq(int, (int)totals.applications, 2));
    cr_assert(eq(int, (int)totals.running, 1));
    cr_assert(app_store_remove(db, "1", &err));
    cr_assert(eq(int, (int)count_apps(db), 1));
    cr_assert(app_store_remove(db, "2", &err));
    cr_assert(app_store_totals(db, &totals, &err));
    cr_assert(eq(int, (int)totals.applications, 0));
    cr_assert(eq(int, (int)totals.running, 0));
}

// Rows that an earlier version wrote: cut within a character, or not JSON at all (A1b, A1f).
Test(storage, damaged_rows_do_not_hide_the_others) {
    static const char SQL[] =
        "INSERT INTO event (app_id, at_ms, kind, message, detail) VALUES"
        " ('id1', 1, 'status', CAST(X'61C3' AS TEXT), '{\"a\":1}'),"
        " ('id1', 2, 'status', 'b', CAST(X'7B2261FF223A317D' AS TEXT)),"
        " ('id1', 3, 'status', 'c', '{\"cut'), ('id1', 4, 'status', 'd', '[]')";
    AUTO(json_decref) json_t *events = NULL;
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    (void)add_app("id1", "a");
    cr_assert(db_prepare(db, SQL, &stmt, &err), "%s", err.message);
    cr_assert(db_run(db, stmt, &err));
    cr_assert(event_store_list(db, "id1", 0, 10, &events, &err), "%s", err.message);
    cr_assert(eq(sz, json_array_size(events), 4));
    cr_assert(eq(str, (char *)json_text(json_array_get(events, 0), "message"), "a\xEF\xBF\xBD"));
    cr_assert(eq(i64, json_int_or(json_array_get(events, 1), "a\xEF\xBF\xBD", 0), 1));
    cr_assert(eq(str, (char *)json_text(json_array_get(events, 2), "message"), "c"));
    cr_assert(eq(str, (char *)json_text(json_array_get(events, 3), "message"), "d"));
}

static bool count_figures(void *userdata, int64_t at_ms, const json_t *figures) {
    (void)at_ms;
    *(size_t *)userdata += json_object_size(figures);
    return true;
}

Test(storage, damaged_measurements_do_not_hide_the_others) {
    static const char SQL[] = "INSERT INTO metric VALUES"
                              " ('id1', 1, CAST(X'7B22E6223A317D' AS TEXT)), ('id1', 2, '{'),"
                              " ('id1', 3, '{\"a\":1}')";
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    size_t count = 0;

    (void)add_app("id1", "a");
    cr_assert(db_prepare(db, SQL, &stmt, &err), "%s", err.message);
    cr_assert(db_run(db, stmt, &err));
    cr_assert(metric_store_visit(db, "id1", 0, 10, count_figures, &count, &err), "%s", err.message);
    cr_assert(eq(sz, count, 2));
}
