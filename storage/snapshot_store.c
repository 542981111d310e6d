#include "storage/snapshot_store.h"

#include "storage/db_statement.h"

#define COLUMNS                                                                                    \
    "sequence, name, status, is_automatic, version, runtime, trigger_id, location,"                \
    " created_at_ms, job_id, tries, not_before_ms, after_checkpoint, enhanced_id, key_arn"

static const char SQL_ADD[] =
    "INSERT INTO snapshot (app_id, name, status, is_automatic, version, runtime, trigger_id,"
    " location, created_at_ms, job_id, after_checkpoint, enhanced_id, key_arn)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
static const char SQL_FIND[] = "SELECT " COLUMNS " FROM snapshot WHERE app_id = ?1 AND name = ?2";
static const char SQL_LATEST[] = "SELECT " COLUMNS " FROM snapshot WHERE app_id = ?1 AND"
                                 " status = 'READY' ORDER BY sequence DESC LIMIT 1";
static const char SQL_BY_STATUS[] = "SELECT " COLUMNS " FROM snapshot WHERE app_id = ?1 AND"
                                    " status = ?2 ORDER BY sequence LIMIT 1";
static const char SQL_SURPLUS[] = "SELECT " COLUMNS " FROM snapshot WHERE app_id = ?1 AND"
                                  " status = 'FAILED' AND (enhanced_id = '' OR is_automatic = 1)"
                                  " ORDER BY sequence DESC LIMIT 1 OFFSET ?2";
static const char SQL_SAVE[] = "UPDATE snapshot SET status = ?3, trigger_id = ?4, location = ?5,"
                               " job_id = ?6, tries = ?7, not_before_ms = ?8"
                               " WHERE app_id = ?1 AND name = ?2";
static const char SQL_REMOVE[] = "DELETE FROM snapshot WHERE app_id = ?1 AND name = ?2";
static const char SQL_LIST[] =
    "SELECT " COLUMNS " FROM snapshot WHERE app_id = ?1 AND sequence > ?2 AND enhanced_id = ''"
    " ORDER BY sequence LIMIT ?3";
static const char SQL_LIST_NEWEST[] = "SELECT " COLUMNS " FROM snapshot WHERE app_id = ?1 AND"
                                      " sequence < ?2 ORDER BY sequence DESC LIMIT ?3";
static const char SQL_COUNT[] =
    "SELECT count(*) FROM snapshot WHERE app_id = ?1 AND status <> 'FAILED'";
static const char SQL_COUNT_BY_HAND[] =
    "SELECT count(*) FROM snapshot WHERE app_id = ?1 AND"
    " status <> 'FAILED' AND is_automatic = 0 AND enhanced_id = ''";
static const char SQL_HAS_JOB[] =
    "SELECT 1 FROM snapshot WHERE app_id = ?1 AND job_id = ?2 AND job_id <> '' LIMIT 1";
static const char SQL_IS_SHARED[] = "SELECT 1 FROM snapshot WHERE app_id = ?1 AND location = ?2 AND"
                                    " name <> ?3 AND status <> 'DELETING' LIMIT 1";

bool snapshot_store_add(struct db *db, const char *app_id, struct snapshot *snapshot,
                        struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_ADD, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, snapshot->name);
    db_bind_text(stmt, 3, snapshot_status_name(snapshot->status));
    db_bind_int(stmt, 4, snapshot->is_automatic);
    db_bind_int(stmt, 5, snapshot->version);
    db_bind_text(stmt, 6, runtime_environment_name(snapshot->runtime));
    db_bind_text(stmt, 7, snapshot->trigger_id);
    db_bind_text(stmt, 8, snapshot->location);
    db_bind_int(stmt, 9, snapshot->created_at_ms);
    db_bind_text(stmt, 10, snapshot->job_id);
    db_bind_text(stmt, 11, snapshot->after_checkpoint);
    db_bind_text(stmt, 12, snapshot->enhanced_id);
    db_bind_text(stmt, 13, snapshot->key_arn);
    // UNIQUE(app_id, name) decides; a SELECT first would only add a second truth.
    if (!db_run(db, stmt, err)) return error_prefix(err, "add snapshot '%s'", snapshot->name);
    snapshot->sequence = db_last_row(db);
    return true;
}

static bool read_snapshot(sqlite3_stmt *stmt, struct snapshot *out, struct error *err) {
    struct snapshot snapshot = {0};
    char status[16];
    char runtime[32];

    snapshot.sequence = db_column_int(stmt, 0);
    db_column_text(stmt, 1, snapshot.name, sizeof snapshot.name);
    db_column_text(stmt, 2, status, sizeof status);
    snapshot.is_automatic = db_column_int(stmt, 3) != 0;
    snapshot.version = db_column_int(stmt, 4);
    db_column_text(stmt, 5, runtime, sizeof runtime);
    db_column_text(stmt, 6, snapshot.trigger_id, sizeof snapshot.trigger_id);
    db_column_text(stmt, 7, snapshot.location, sizeof snapshot.location);
    snapshot.created_at_ms = db_column_int(stmt, 8);
    db_column_text(stmt, 9, snapshot.job_id, sizeof snapshot.job_id);
    snapshot.tries = (int)db_column_int(stmt, 10);
    snapshot.not_before_ms = db_column_int(stmt, 11);
    db_column_text(stmt, 12, snapshot.after_checkpoint, sizeof snapshot.after_checkpoint);
    db_column_text(stmt, 13, snapshot.enhanced_id, sizeof snapshot.enhanced_id);
    db_column_text(stmt, 14, snapshot.key_arn, sizeof snapshot.key_arn);
    if (!snapshot_status_from_name(status, &snapshot.status) ||
        !runtime_environment_from_name(runtime, &snapshot.runtime))
        return error_set(err, ERROR_UNAVAILABLE, "database: snapshot '%s' is '%s' of '%s'",
                         snapshot.name, status, runtime);
    *out = snapshot;
    return true;
}

// The only row of a bound statement. *out_found false: there is none.
static bool read_one(struct db *db, sqlite3_stmt *stmt, struct snapshot *out, bool *out_found,
                     struct error *err) {
    bool row;

    if (!db_next(db, stmt, &row, err)) return false;
    if (row && !read_snapshot(stmt, out, err)) return false;
    *out_found = row;
    return true;
}

bool snapshot_store_find(struct db *db, const char *app_id, const char *name,
                         struct snapshot *out_snapshot, bool *out_found, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_FIND, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, name);
    return read_one(db, stmt, out_snapshot, out_found, err);
}

bool snapshot_store_find_latest(struct db *db, const char *app_id, struct snapshot *out_snapshot,
                                bool *out_found, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_LATEST, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    return read_one(db, stmt, out_snapshot, out_found, err);
}

bool snapshot_store_find_by_status(struct db *db, const char *app_id, enum snapshot_status status,
                                   struct snapshot *out_snapshot, bool *out_found,
                                   struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_BY_STATUS, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, snapshot_status_name(status));
    return read_one(db, stmt, out_snapshot, out_found, err);
}

bool snapshot_store_find_surplus(struct db *db, const char *app_id, int64_t failed_kept,
                                 struct snapshot *out_snapshot, bool *out_found,
                                 struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_SURPLUS, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, failed_kept);
    return read_one(db, stmt, out_snapshot, out_found, err);
}

bool snapshot_store_save(struct db *db, const char *app_id, const struct snapshot *snapshot,
                         struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_SAVE, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, snapshot->name);
    db_bind_text(stmt, 3, snapshot_status_name(snapshot->status));
    db_bind_text(stmt, 4, snapshot->trigger_id);
    db_bind_text(stmt, 5, snapshot->location);
    db_bind_text(stmt, 6, snapshot->job_id);
    db_bind_int(stmt, 7, snapshot->tries);
    db_bind_int(stmt, 8, snapshot->not_before_ms);
    if (!db_run(db, stmt, err)) return false;
    return db_changes(db) == 1 ||
           error_set(err, ERROR_NOT_FOUND, "no snapshot '%s'", snapshot->name);
}

bool snapshot_store_remove(struct db *db, const char *app_id, const char *name, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_REMOVE, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, name);
    return db_run(db, stmt, err);
}

static bool list(struct db *db, const char *sql, const char *app_id, int64_t sequence,
                 struct snapshot *out_list, size_t limit, size_t *out_count, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    size_t count = 0;

    if (!db_prepare(db, sql, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, sequence);
    db_bind_int(stmt, 3, (int64_t)limit);
    for (bool row; count < limit; count++) {
        if (!db_next(db, stmt, &row, err)) return error_prefix(err, "list snapshots");
        if (!row) break;
        if (!read_snapshot(stmt, &out_list[count], err)) return false;
    }
    *out_count = count;
    return true;
}

bool snapshot_store_list(struct db *db, const char *app_id, int64_t after_sequence,
                         struct snapshot *out_list, size_t limit, size_t *out_count,
                         struct error *err) {
    return list(db, SQL_LIST, app_id, after_sequence, out_list, limit, out_count, err);
}

bool snapshot_store_list_newest(struct db *db, const char *app_id, int64_t before_sequence,
                                struct snapshot *out_list, size_t limit, size_t *out_count,
                                struct error *err) {
    return list(db, SQL_LIST_NEWEST, app_id, before_sequence, out_list, limit, out_count, err);
}

static bool count_rows(struct db *db, const char *sql, const char *app_id, int64_t *out_count,
                       struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, sql, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    if (!db_next(db, stmt, &row, err)) return false;
    *out_count = db_column_int(stmt, 0);
    return true;
}

bool snapshot_store_count(struct db *db, const char *app_id, int64_t *out_count,
                          struct error *err) {
    return count_rows(db, SQL_COUNT, app_id, out_count, err);
}

bool snapshot_store_count_by_hand(struct db *db, const char *app_id, int64_t *out_count,
                                  struct error *err) {
    return count_rows(db, SQL_COUNT_BY_HAND, app_id, out_count, err);
}

static bool has_row(struct db *db, sqlite3_stmt *stmt, bool *out_found, struct error *err) {
    bool row;

    if (!db_next(db, stmt, &row, err)) return false;
    *out_found = row;
    return true;
}

bool snapshot_store_has_job(struct db *db, const char *app_id, const char *job_id, bool *out_found,
                            struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_HAS_JOB, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, job_id);
    return has_row(db, stmt, out_found, err);
}

bool snapshot_store_is_shared(struct db *db, const char *app_id, const struct snapshot *snapshot,
                              bool *out_found, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_IS_SHARED, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, snapshot->location);
    db_bind_text(stmt, 3, snapshot->name);
    return has_row(db, stmt, out_found, err);
}
