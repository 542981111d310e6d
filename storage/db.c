#include "storage/db.h"

#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"

#include <string.h>

// storage/schema.sql, schema_2.sql and so on, each ended by a 0 byte
extern const char schema_sql[]; // the whole of the newest version
extern const char schema_2_sql[];
extern const char schema_3_sql[];
extern const char schema_4_sql[];
extern const char schema_5_sql[];
extern const char schema_6_sql[];
extern const char schema_7_sql[];
extern const char schema_8_sql[];

// What makes version 2 of version 1, and so on. Scripts are only ever added, and
// schema.sql is changed with each.
static const char *const migrations[] = {schema_2_sql, schema_3_sql, schema_4_sql, schema_5_sql,
                                         schema_6_sql, schema_7_sql, schema_8_sql};

// What every connection is set to. WAL with synchronous NORMAL: a killed process loses nothing, a
// power cut may take the last commits but never the consistency, which is right for a stand-in on a
// developer's machine.
// The log goes into the database every 2000 pages, 8 MB: with 16,000 that held the loop for 80 ms
// while applications were made as quickly as can be, now for 15, at the same speed.
static const char SQL_SETTINGS[] = "PRAGMA busy_timeout = 2000;"
                                   "PRAGMA page_size = 4096;"
                                   "PRAGMA trusted_schema = OFF;"
                                   "PRAGMA cache_size = -8192;"
                                   "PRAGMA journal_mode = WAL;"
                                   "PRAGMA wal_autocheckpoint = 2000;"
                                   "PRAGMA synchronous = NORMAL;"
                                   "PRAGMA foreign_keys = ON;";

struct cached_statement {
    const char *sql; // a literal: the address is the key
    sqlite3_stmt *stmt;
};

struct db {
    sqlite3 *handle;
    struct cached_statement *statements;
    size_t statement_count;
    size_t statement_capacity;
    bool in_transaction;
    bool is_batching;
    bool has_writes; // of the batch: its outer transaction is open
    uint64_t generation;
    db_commit_hook *hook;
    void *hook_userdata;
};

static bool fail(struct db *db, int code, struct error *err) {
    switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
        return error_set(err, ERROR_EXISTS, "database: %s", sqlite3_errmsg(db->handle));
    case SQLITE_FULL:
        return error_set(err, ERROR_SYSTEM, "database: the disk is full");
    case SQLITE_NOTADB:
        return error_set(err, ERROR_UNAVAILABLE, "database: the file is no SQLite database");
    case SQLITE_CORRUPT:
        return error_set(err, ERROR_UNAVAILABLE, "database: the file is damaged: %s",
                         sqlite3_errmsg(db->handle));
    default:
        return error_set(err, ERROR_SYSTEM, "database: %s", sqlite3_errmsg(db->handle));
    }
}

static bool run_script(struct db *db, const char *sql, struct error *err) {
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

    return code == SQLITE_OK || fail(db, code, err);
}

static bool read_schema_version(struct db *db, int64_t *out_version, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, "PRAGMA user_version", &stmt, err)) return false;
    if (!db_next(db, stmt, &row, err)) return false;
    *out_version = db_column_int(stmt, 0);
    return true;
}

static bool migrate(struct db *db, struct error *err) {
    int64_t newest = (int64_t)COUNT_OF(migrations) + 1;
    int64_t version;
    char pragma[64];

    if (!read_schema_version(db, &version, err)) return false;
    if (version > newest)
        return error_set(
            err, ERROR_UNAVAILABLE,
            "database: made by a newer kobel (schema version %lld, this one knows %lld)",
            (long long)version, (long long)newest);
    if (version == newest) return true;

    AUTO(db_rollback) struct db_tx tx = {0};
    if (!db_begin(db, &tx, err)) return false;
    if (version == 0 && !run_script(db, schema_sql, err)) return false;
    for (int64_t at = version; at > 0 && at < newest; at++)
        if (!run_script(db, migrations[at - 1], err)) return false;
    (void)text_format(pragma, sizeof pragma, "PRAGMA user_version = %lld", (long long)newest);
    if (!run_script(db, pragma, err)) return false;
    return db_commit(&tx, err);
}

bool db_open(const char *path, struct db **out_db, struct error *err) {
    AUTO(db_close) struct db *db = memory_alloc(sizeof *db);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(path, &db->handle, flags, NULL);

    if (db->handle == NULL) return error_set(err, ERROR_SYSTEM, "database: out of memory");
    if (code != SQLITE_OK) {
        (void)fail(db, code, err);
        return error_prefix(err, "open '%s'", path);
    }
    if (!run_script(db, SQL_SETTINGS, err) || !migrate(db, err))
        return error_prefix(err, "open '%s'", path);
    *out_db = TAKE(db);
    return true;
}

void db_close(struct db *db) {
    if (db == NULL) return;
    for (size_t index = 0; index < db->statement_count; index++)
        (void)sqlite3_finalize(db->statements[index].stmt);
    memory_free(db->statements);
    (void)sqlite3_close(db->handle);
    memory_free(db);
}

// --- transactions ---

static const char SQL_BEGIN[] = "BEGIN IMMEDIATE";
static const char SQL_COMMIT[] = "COMMIT";
static const char SQL_ROLLBACK[] = "ROLLBACK";
static const char SQL_SAVEPOINT[] = "SAVEPOINT one";
static const char SQL_RELEASE[] = "RELEASE one";
static const char SQL_ROLLBACK_TO[] = "ROLLBACK TO one";

static bool run_control(struct db *db, const char *sql, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    return db_prepare(db, sql, &stmt, err) && db_run(db, stmt, err);
}

// A full disk may have rolled back already: then there is nothing to undo, and the error says so.
static void undo(struct db *db, const char *sql) {
    struct error ignored;

    if (sqlite3_get_autocommit(db->handle) == 0 && !run_control(db, sql, &ignored))
        (void)sqlite3_exec(db->handle, SQL_ROLLBACK, NULL, NULL, NULL);
}

static bool begin_batched(struct db *db, struct error *err) {
    if (!db->has_writes && !run_control(db, SQL_BEGIN, err)) return false;
    db->has_writes = true;
    return run_control(db, SQL_SAVEPOINT, err);
}

bool db_begin(struct db *db, struct db_tx *tx, struct error *err) {
    if (db->in_transaction) abort(); // they do not nest
    if (!(db->is_batching ? begin_batched(db, err) : run_control(db, SQL_BEGIN, err))) return false;
    db->in_transaction = true;
    tx->db = db;
    return true;
}

static bool may_commit(const struct db *db, struct error *err) {
    return db->hook == NULL || db->hook(db->hook_userdata) ||
           error_set(err, ERROR_SYSTEM, "database: commit refused");
}

bool db_commit(struct db_tx *tx, struct error *err) {
    struct db *db = tx->db;

    if (!db->is_batching && !may_commit(db, err)) return false;
    if (!run_control(db, db->is_batching ? SQL_RELEASE : SQL_COMMIT, err)) return false;
    db->generation++;
    db->in_transaction = false;
    tx->db = NULL;
    return true;
}

void db_rollback(struct db_tx *tx) {
    struct db *db = tx->db;

    if (db == NULL) return;
    if (db->is_batching) {
        undo(db, SQL_ROLLBACK_TO);
        undo(db, SQL_RELEASE);
    } else {
        undo(db, SQL_ROLLBACK);
    }
    db->in_transaction = false;
    tx->db = NULL;
}

// --- batches ---

void db_batch_begin(struct db *db) {
    db->is_batching = true;
}

bool db_batch_has_writes(const struct db *db) {
    return db->has_writes;
}

bool db_batch_commit(struct db *db, struct error *err) {
    if (!db->has_writes) return true;
    db->has_writes = false;
    if (sqlite3_get_autocommit(db->handle) != 0) {
        db->generation++;
        return error_set(err, ERROR_SYSTEM, "database: the disk is full");
    }
    if (may_commit(db, err) && run_control(db, SQL_COMMIT, err)) return true;
    undo(db, SQL_ROLLBACK);
    db->generation++; // what was read meanwhile was never true
    return false;
}

void db_batch_end(struct db *db) {
    if (db->has_writes) abort();
    db->is_batching = false;
}

uint64_t db_generation(const struct db *db) {
    return db->generation;
}

void db_set_commit_hook(struct db *db, db_commit_hook *hook, void *userdata) {
    db->hook = hook;
    db->hook_userdata = userdata;
}

bool db_check_writable(struct db *db, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!db_begin(db, &tx, err)) return false;
    // BEGIN IMMEDIATE takes the lock; only a write shows whether the file can grow.
    return run_script(db, "CREATE TABLE write_probe (x INTEGER) STRICT", err);
}

// --- statements ---

static void remember(struct db *db, const char *sql, sqlite3_stmt *stmt) {
    if (db->statement_count == db->statement_capacity) {
        db->statement_capacity = db->statement_capacity == 0 ? 32 : 2 * db->statement_capacity;
        db->statements =
            memory_resize(db->statements, db->statement_capacity * sizeof *db->statements);
    }
    db->statements[db->statement_count++] = (struct cached_statement){.sql = sql, .stmt = stmt};
}

bool db_prepare(struct db *db, const char *sql, sqlite3_stmt **out_stmt, struct error *err) {
    sqlite3_stmt *stmt = NULL;

    for (size_t index = 0; index < db->statement_count; index++) {
        if (db->statements[index].sql != sql) continue;
        *out_stmt = db->statements[index].stmt;
        return true;
    }
    int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (code != SQLITE_OK) return fail(db, code, err);
    remember(db, sql, stmt);
    *out_stmt = stmt;
    return true;
}

void db_done(sqlite3_stmt *stmt) {
    if (stmt == NULL) return;
    (void)sqlite3_reset(stmt);
    (void)sqlite3_clear_bindings(stmt);
}

void db_bind_text(sqlite3_stmt *stmt, int index, const char *text) {
    (void)sqlite3_bind_text(stmt, index, text, -1, SQLITE_STATIC);
}

void db_bind_int(sqlite3_stmt *stmt, int index, int64_t value) {
    (void)sqlite3_bind_int64(stmt, index, value);
}

bool db_run(struct db *db, sqlite3_stmt *stmt, struct error *err) {
    int code = sqlite3_step(stmt);

    return code == SQLITE_DONE || code == SQLITE_ROW || fail(db, code, err);
}

bool db_next(struct db *db, sqlite3_stmt *stmt, bool *out_row, struct error *err) {
    int code = sqlite3_step(stmt);

    if (code != SQLITE_ROW && code != SQLITE_DONE) return fail(db, code, err);
    *out_row = code == SQLITE_ROW;
    return true;
}

int64_t db_column_int(sqlite3_stmt *stmt, int column) {
    return sqlite3_column_int64(stmt, column);
}

bool db_column_text(sqlite3_stmt *stmt, int column, char *out, size_t size_bytes) {
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    return text_copy(out, size_bytes, text == NULL ? "" : text);
}

bool db_column_json(sqlite3_stmt *stmt, int column, json_t **out_value, struct error *err) {
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    if (text == NULL) return error_set(err, ERROR_INVALID, "no JSON");
    size_t length = strlen(text);
    if (text_is_utf8(text)) return json_parse(text, length, out_value, err);
    AUTO(memory_free) char *replaced = utf8_copy_new(text, length);
    return json_parse(replaced, strlen(replaced), out_value, err);
}

json_t *db_column_object(sqlite3_stmt *stmt, int column) {
    json_t *value = NULL;
    struct error damaged;

    if (!db_column_json(stmt, column, &value, &damaged)) return json_new_object();
    if (json_is_object(value)) return value;
    json_decref(value);
    return json_new_object();
}

void db_column_put(sqlite3_stmt *stmt, int column, json_t *object, const char *key) {
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    json_put_text(object, key, text == NULL ? "" : text);
}

int db_changes(struct db *db) {
    return sqlite3_changes(db->handle);
}

int64_t db_last_row(struct db *db) {
    return sqlite3_last_insert_rowid(db->handle);
}
