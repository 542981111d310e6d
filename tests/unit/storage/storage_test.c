// The stores on real SQLite files.
#include "base/file.h"
#include "base/text.h"
#include "fakes/storage_database.h"
#include "storage/app_store.h"
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
static bool found; // of the last look-up
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
    app.slots[SLOT_CURRENT] = (struct placement){
        .phase = PLACEMENT_UP, .cluster_id = "b", .job_id = "i", .version = 1, .parallelism = 1};
    app.slots[SLOT_NEXT] =
        (struct placement){.phase = PLACEMENT_SUBMITTED,
                           .cluster_id = "c",
                           .job_id = "j",
                           .version = 2,
                           .parallelism = 4,
                           .from = {.origin = STATE_CHECKPOINT, .job_id = "i", .path = "/p"},
                           .attempt = 2,
                           .not_before_ms = 77,
                           .up_since_ms = 55};
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

static bool refuse(void *userdata) {
    (void)userdata;
    return false;
}

Test(storage, rolls_back_what_was_not_committed) {
    struct app app;
    {
        AUTO(db_rollback) struct db_tx tx = {0};
        cr_assert(db_begin(db, &tx, &err));
        (void)add_app("id1", "a");
    }
    cr_assert(app_store_load(db, "id1", &app, &found, &err) && !found);
    {
        AUTO(db_rollback) struct db_tx tx = {0};
        db_set_commit_hook(db, refuse, NULL);
        cr_assert(db_begin(db, &tx, &err));
        (void)add_app("id1", "a");
        cr_assert(not(db_commit(&tx, &err)));
    }
    cr_assert(app_store_load(db, "id1", &app, &found, &err) && !found);
}

Test(storage, refuses_a_database_of_a_newer_kobel_and_leaves_it_alone) {
    struct db *other = NULL;
    sqlite3 *raw;

    db_close(db);
    db = NULL;
    cr_assert(eq(int, sqlite3_open(path, &raw), SQLITE_OK));
    cr_assert(eq(int, sqlite3_exec(raw, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK));
    (void)sqlite3_close(raw);
    cr_assert(not(db_open(path, &other, &err)));
    cr_assert(eq(int, err.kind, ERROR_UNAVAILABLE));
    cr_assert(strstr(err.message, "newer kobel (schema version 99") != NULL, "%s", err.message);
}

Test(storage, refuses_a_file_that_is_no_database) {
    struct db *other = NULL;
    char noise[128];

    (void)text_format(noise, sizeof noise, "%s.noise", path);
    cr_assert(file_write_atomically(
        noise, "this is no database, and long enough to be looked at as one ....", 64, 0600, &err));
    cr_assert(not(db_open(noise, &other, &err)));
    cr_assert(strstr(err.message, "no SQLite database") != NULL, "%s", err.message);
}

Test(storage, can_tell_that_it_is_writable_without_a_trace) {
    sqlite3_stmt *stmt;

    cr_assert(db_check_writable(db, &err), "%s", err.message);
    cr_assert(not(db_prepare(db, "SELECT * FROM write_probe", &stmt, &err)));
}

static void describe_schema(struct db *of, struct buffer *out) {
    // How a column was added shows in the text of its table, and only there.
    static const char SQL[] =
        "SELECT m.type || ' ' || m.name || ' ' ||"
        " CASE m.type WHEN 'table' THEN (SELECT group_concat(x.cid || x.name || x.type ||"
        " x.\"notnull\" || coalesce(x.dflt_value, '-') || x.pk) FROM pragma_table_xinfo(m.name) x)"
        " ELSE coalesce(m.sql, '') END FROM sqlite_master m ORDER BY 1";
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    char line[2048];

    cr_assert(db_prepare(of, SQL, &stmt, &err), "%s", err.message);
    for (bool row;;) {
        cr_assert(db_next(of, stmt, &row, &err), "%s", err.message);
        if (!row) return;
        db_column_text(stmt, 0, line, sizeof line);
        (void)buffer_append_format(out, "%s\n", line);
    }
}

// Version 1 had one column, retry_at_ms, for the earliest launch and for the time of coming up.
static void add_placements_of_version_1(const char *old_path) {
    static const char SQL[] =
        "INSERT INTO placement SELECT id, 'CURRENT', 'UP', 'c', 'j', 1, 1, '', 0, 0, 4000 FROM app"
        " WHERE name = 'at-rest';"
        "INSERT INTO placement SELECT id, 'NEXT', 'PLANNED', '', '', 1, 1, '', 0, 1, 5000 FROM app"
        " WHERE name = 'at-rest';";
    sqlite3 *raw = NULL;

    cr_assert(eq(int, sqlite3_open(old_path, &raw), SQLITE_OK));
    cr_assert(eq(int, sqlite3_exec(raw, SQL, NULL, NULL, NULL), SQLITE_OK));
    cr_assert(eq(int, sqlite3_close(raw), SQLITE_OK));
}

// tests/data/databases/kobel-<version>.db is what a kobel of that schema version left.
Test(storage, opens_the_databases_of_earlier_versions) {
    AUTO(app_version_release) struct app_version version = {0};
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(1 << 20);
    char old_path[128];
    struct app app;
    struct app moving;
    struct snapshot snapshot;
    struct db *old = NULL;

    cr_assert(file_read(TEST_DATA_DIR "/databases/kobel-1.db", &bytes, &err), "%s", err.message);
    (void)text_format(old_path, sizeof old_path, "%s.old", path);
    cr_assert(file_write_atomically(old_path, buffer_text(&bytes), bytes.size_bytes, 0600, &err));
    add_placements_of_version_1(old_path);
    cr_assert(db_open(old_path, &old, &err), "%s", err.message);
    cr_assert(app_store_find(old, &scope, "counter", &app, &found, &err), "%s", err.message);
    cr_assert(found);
    cr_assert(eq(int, (int)app.version, 2));
    cr_assert(eq(str, app.maintenance_start, ""));
    cr_assert(app_store_find(old, &scope, "at-rest", &moving, &found, &err) && found);
    cr_assert(eq(int, (int)moving.slots[SLOT_CURRENT].up_since_ms, 4000));
    cr_assert(eq(int, (int)moving.slots[SLOT_CURRENT].not_before_ms, 0));
    cr_assert(eq(int, (int)moving.slots[SLOT_NEXT].up_since_ms, 0));
    cr_assert(eq(int, (int)moving.slots[SLOT_NEXT].not_before_ms, 5000));
    cr_assert(version_store_load(old, app.id, 1, &version, &found, &err) && found);
    cr_assert(snapshot_store_find(old, app.id, "by-hand", &snapshot, &found, &err) && found);
    cr_assert(eq(int, snapshot.status, SNAPSHOT_READY));
    (void)text_copy(app.maintenance_start, sizeof app.maintenance_start, "04:30");
    cr_assert(app_store_save(old, &app, &err), "%s", err.message);
    cr_assert(app_store_find(old, &scope, "counter", &app, &found, &err) && found);
    cr_assert(eq(str, app.maintenance_start, "04:30"));
    AUTO(buffer_release) struct buffer migrated = BUFFER_INIT(1 << 16);
    AUTO(buffer_release) struct buffer made = BUFFER_INIT(1 << 16);
    describe_schema(old, &migrated);
    describe_schema(db, &made);
    cr_assert(gt(sz, made.size_bytes, 1000));
    cr_assert(eq(str, (char *)buffer_text(&migrated), (char *)buffer_text(&made)));
    db_close(old);
}

// --- batches ---

static int64_t count_apps(struct db *of) {
    int64_t count = -1;

    cr_assert(app_store_count(of, &scope, &count, &err), "%s", err.message);
    return count;
}

static void add_in_transaction(const char *id, const char *name) {
    AUTO(db_rollback) struct db_tx tx = {0};

    cr_assert(db_begin(db, &tx, &err), "%s", err.message);
    (void)add_app(id, name);
    cr_assert(db_commit(&tx, &err), "%s", err.message);
}

Test(storage, counts_applications_by_scope_and_status_without_looking_at_them) {
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

Test(storage, commits_a_batch_as_a_whole) {
    struct db *other = NULL;

    cr_assert(db_open(path, &other, &err), "%s", err.message);
    uint64_t before = db_generation(db);
    db_batch_begin(db);
    cr_assert(not(db_batch_has_writes(db)));
    add_in_transaction("1", "one");
    add_in_transaction("2", "two");
    cr_assert(db_batch_has_writes(db));
    cr_assert(db_generation(db) > before);
    cr_assert(eq(int, (int)count_apps(db), 2));
    cr_assert(eq(int, (int)count_apps(other), 0));
    cr_assert(db_batch_commit(db, &err), "%s", err.message);
    cr_assert(eq(int, (int)count_apps(other), 2));
    db_batch_end(db);
    db_close(other);
}

Test(storage, takes_back_only_what_failed_in_a_batch) {
    db_batch_begin(db);
    add_in_transaction("1", "one");
    {
        AUTO(db_rollback) struct db_tx tx = {0};
        cr_assert(db_begin(db, &tx, &err));
        cr_assert(app_store_remove(db, "1", &err));
    }
    cr_assert(db_batch_commit(db, &err));
    db_batch_end(db);
    cr_assert(eq(int, (int)count_apps(db), 1));
}

static bool refuse_commit(void *userdata) {
    (void)userdata;
    return false;
}

Test(storage, forgets_a_batch_that_cannot_be_committed) {
    db_batch_begin(db);
    add_in_transaction("1", "one");
    uint64_t seen = db_generation(db);
    db_set_commit_hook(db, refuse_commit, NULL);
    cr_assert(not(db_batch_commit(db, &err)));
    db_set_commit_hook(db, NULL, NULL);
    cr_assert(db_generation(db) > seen);
    cr_assert(eq(int, (int)count_apps(db), 0));
    add_in_transaction("2", "two");
    cr_assert(db_batch_commit(db, &err));
    db_batch_end(db);
    cr_assert(eq(int, (int)count_apps(db), 1));
}

// Rows that an earlier version wrote: cut within a character, or no JSON at all (A1b, A1f).
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
