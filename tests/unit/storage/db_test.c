// The connection on real SQLite files: versions of the schema, transactions, batches.
#include "base/file.h"
#include "base/text.h"
#include "fakes/storage_database.h"
#include "storage/app_store.h"
#include "storage/db_statement.h"
#include "storage/snapshot_store.h"
#include "storage/tag_store.h"
#include "storage/version_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
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

TestSuite(db_file, .init = set_up, .fini = tear_down);

static struct app add_app(const char *id, const char *name) {
    return storage_database_add_app(db, id, name);
}

// By another connection.
static void change_at(const char *file, const char *sql) {
    sqlite3 *raw = NULL;

    cr_assert(eq(int, sqlite3_open(file, &raw), SQLITE_OK));
    cr_assert(eq(int, sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK), "%s: %s", sql,
              sqlite3_errmsg(raw));
    (void)sqlite3_close(raw);
}

static void change(const char *sql) {
    change_at(path, sql);
}

// --- versions of the schema ---

Test(db_file, refuses_a_database_of_a_newer_kobel_and_leaves_it_alone) {
    struct db *other = NULL;

    db_close(db);
    db = NULL;
    change("PRAGMA user_version = 99");
    cr_assert(not(db_open(path, &other, &err)));
    cr_assert(eq(int, err.kind, ERROR_UNAVAILABLE));
    cr_assert(strstr(err.message, "newer kobel (schema version 99") != NULL, "%s", err.message);
}

Test(db_file, refuses_a_file_that_is_not_a_database) {
    struct db *other = NULL;
    char noise[128];

    (void)text_format(noise, sizeof noise, "%s.noise", path);
    cr_assert(file_write_atomically(
        noise, "this is not a database, and long enough to be read as one ......", 64, 0600, &err));
    cr_assert(not(db_open(noise, &other, &err)));
    cr_assert(strstr(err.message, "not a SQLite database") != NULL, "%s", err.message);
}

Test(db_file, can_tell_that_it_is_writable_without_a_trace) {
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
static const char PLACEMENTS_OF_VERSION_1[] =
    "INSERT INTO placement SELECT id, 'CURRENT', 'UP', 'c', 'j', 1, 1, '', 0, 0, 4000 FROM app"
    " WHERE name = 'at-rest';"
    "INSERT INTO placement SELECT id, 'NEXT', 'PLANNED', '', '', 1, 1, '', 0, 1, 5000 FROM app"
    " WHERE name = 'at-rest';";

// tests/data/databases/kobel-<version>.db is what a kobel of that schema version left.
Test(db_file, opens_the_databases_of_earlier_versions) {
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
    change_at(old_path, PLACEMENTS_OF_VERSION_1);
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

// kobel-8.sql is a dump.
static struct db *open_dump(const char *file) {
    AUTO(buffer_release) struct buffer script = BUFFER_INIT(1 << 16);
    char old_path[128];
    struct db *old = NULL;

    (void)text_format(old_path, sizeof old_path, TEST_DATA_DIR "/databases/%s", file);
    cr_assert(file_read(old_path, &script, &err), "%s", err.message);
    (void)text_format(old_path, sizeof old_path, "%s.old", path);
    change_at(old_path, buffer_text(&script));
    cr_assert(db_open(old_path, &old, &err), "%s", err.message);
    return old;
}

Test(db_file, gives_the_snapshots_of_version_8_the_keys_of_their_applications) {
    AUTO(json_decref) json_t *tags = NULL;
    struct snapshot snapshot;
    struct app app;
    struct db *old = open_dump("kobel-8.sql");

    cr_assert(app_store_find(old, &scope, "old", &app, &found, &err) && found);
    cr_assert(eq(int, app.status, APP_RUNNING));
    cr_assert(eq(int, app.slots[SLOT_CURRENT].phase, PLACEMENT_UP));
    cr_assert(tag_store_list(old, app.id, &tags, &err) && json_array_size(tags) == 1);
    cr_assert(snapshot_store_find(old, app.id, "by-hand", &snapshot, &found, &err) && found);
    cr_assert(eq(str, snapshot.key_arn,
                 "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"));
    cr_assert(not(snapshot_is_enhanced(&snapshot)));
    cr_assert(app_store_find(old, &scope, "plainkey", &app, &found, &err) && found);
    cr_assert(snapshot_store_find(old, app.id, "STOPAPPLICATION-plainkey-1795991688760", &snapshot,
                                  &found, &err) &&
              found);
    cr_assert(eq(str, snapshot.key_arn, ""));
    // The tags go with their application still, though by another way.
    cr_assert(app_store_find(old, &scope, "old", &app, &found, &err) && found);
    cr_assert(app_store_remove(old, app.id, &err), "%s", err.message);
    int64_t count;
    cr_assert(tag_store_count(old, app.id, &count, &err) && count == 0);
    AUTO(buffer_release) struct buffer migrated = BUFFER_INIT(1 << 16);
    AUTO(buffer_release) struct buffer made = BUFFER_INIT(1 << 16);
    describe_schema(old, &migrated);
    describe_schema(db, &made);
    cr_assert(eq(str, (char *)buffer_text(&migrated), (char *)buffer_text(&made)));
    db_close(old);
}

// --- transactions ---

static bool refuse(void *userdata) {
    (void)userdata;
    return false;
}

Test(db_file, rolls_back_what_was_not_committed) {
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

Test(db_file, commits_a_batch_as_a_whole) {
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

Test(db_file, takes_back_only_what_failed_in_a_batch) {
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

Test(db_file, forgets_a_batch_that_cannot_be_committed) {
    db_batch_begin(db);
    add_in_transaction("1", "one");
    uint64_t seen = db_generation(db);
    db_set_commit_hook(db, refuse, NULL);
    cr_assert(not(db_batch_commit(db, &err)));
    db_set_commit_hook(db, NULL, NULL);
    cr_assert(db_generation(db) > seen);
    cr_assert(eq(int, (int)count_apps(db), 0));
    add_in_transaction("2", "two");
    cr_assert(db_batch_commit(db, &err));
    db_batch_end(db);
    cr_assert(eq(int, (int)count_apps(db), 1));
}
