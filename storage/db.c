#include "storage/db.h"

#include "base/memory.h"
#include "storage/db_parts.h"
#include "storage/db_schema.h"
#include "storage/db_statement.h"

// WAL with synchronous NORMAL: a killed process loses nothing. A power cut may lose the last
// commits, but never the consistency. A checkpoint of the log every 2000 pages, 8 MB, blocks the
// loop for up to 15 ms; with 16,000 pages it was 80 ms, at the same speed.
static const char SQL_SETTINGS[] = "PRAGMA busy_timeout = 2000;"
                                   "PRAGMA page_size = 4096;"
                                   "PRAGMA trusted_schema = OFF;"
                                   "PRAGMA cache_size = -8192;"
                                   "PRAGMA journal_mode = WAL;"
                                   "PRAGMA wal_autocheckpoint = 2000;"
                                   "PRAGMA synchronous = NORMAL;"
                                   "PRAGMA foreign_keys = ON;";

bool db_fail(struct db *db, int code, struct error *err) {
    switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
        return error_set(err, ERROR_EXISTS, "database: %s", sqlite3_errmsg(db->handle));
    case SQLITE_FULL:
        return error_set(err, ERROR_SYSTEM, "database: the disk is full");
    case SQLITE_NOTADB:
        return error_set(err, ERROR_UNAVAILABLE, "database: the file is not a SQLite database");
    case SQLITE_CORRUPT:
        return error_set(err, ERROR_UNAVAILABLE, "database: the file is damaged: %s",
                         sqlite3_errmsg(db->handle));
    default:
        return error_set(err, ERROR_SYSTEM, "database: %s", sqlite3_errmsg(db->handle));
    }
}

bool db_run_script(struct db *db, const char *sql, struct error *err) {
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

    return code == SQLITE_OK || db_fail(db, code, err);
}

bool db_open(const char *path, struct db **out_db, struct error *err) {
    AUTO(db_close) struct db *db = memory_alloc(sizeof *db);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(path, &db->handle, flags, NULL);

    if (db->handle == NULL) return error_set(err, ERROR_SYSTEM, "database: out of memory");
    if (code != SQLITE_OK) {
        (void)db_fail(db, code, err);
        return error_prefix(err, "open '%s'", path);
    }
    if (!db_run_script(db, SQL_SETTINGS, err) || !db_schema_migrate(db, err))
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

// With a full disk SQLite may have rolled back already: then there is nothing to undo.
static void undo(struct db *db, const char *sql) {
    if (sqlite3_get_autocommit(db->handle) == 0 && !run_control(db, sql, NULL))
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
    db->generation++; // what was read meanwhile is not in the database
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
    return db_run_script(db, "CREATE TABLE write_probe (x INTEGER) STRICT", err);
}
