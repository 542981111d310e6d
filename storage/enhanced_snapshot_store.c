#include "storage/enhanced_snapshot_store.h"

#include "base/text.h"
#include "storage/db_statement.h"

#define COLUMNS                                                                                    \
    "sequence, id, account, region, name, status, maker, description, app_name,"                   \
    " app_created_at_ms, app_version, runtime, bucket_arn, key_prefix, size_bytes, key_arn,"       \
    " created_at_ms"

static const char SQL_ADD[] =
    "INSERT INTO enhanced_snapshot (id, account, region, name, status, maker, description,"
    " app_name, app_created_at_ms, app_version, runtime, bucket_arn, key_prefix, size_bytes,"
    " key_arn, created_at_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
static const char SQL_FIND[] = "SELECT " COLUMNS " FROM enhanced_snapshot WHERE account = ?1 AND"
                               " region = ?2 AND name = ?3";
static const char SQL_LOAD[] = "SELECT " COLUMNS " FROM enhanced_snapshot WHERE id = ?1";
static const char SQL_SAVE[] =
    "UPDATE enhanced_snapshot SET status = ?2, size_bytes = ?3 WHERE id = ?1";
static const char SQL_REMOVE[] = "DELETE FROM enhanced_snapshot WHERE id = ?1";
// One statement for each filter, of which at most one is given: each has its index, so that a list
// in which few or none fit takes no longer.
#define LIST_BY(condition)                                                                         \
    "SELECT " COLUMNS " FROM enhanced_snapshot WHERE account = ?1 AND region = ?2 AND"             \
    " sequence < ?3" condition " ORDER BY sequence DESC LIMIT ?5"
static const char SQL_LIST[] = LIST_BY("");
static const char SQL_LIST_OF_APP[] = LIST_BY(" AND app_name = ?4");
static const char SQL_LIST_OF_STATUS[] = LIST_BY(" AND status = ?4");
static const char SQL_LIST_OF_MAKER[] = LIST_BY(" AND maker = ?4");
static const char SQL_LIST_OF_INITIATOR[] =
    LIST_BY(" AND (maker = 'SystemCreateSnapshot') = (?4 = 'SYSTEM')");
static const char SQL_COUNT_BY_HAND[] =
    "SELECT count(*) FROM enhanced_snapshot WHERE account = ?1 AND region = ?2 AND"
    " status <> 'FAILED' AND maker <> 'SystemCreateSnapshot'";
static const char SQL_NEXT_UNOWNED[] =
    "SELECT " COLUMNS " FROM enhanced_snapshot e WHERE status IN ('READY', 'FAILED') AND"
    " sequence > ?2 AND"
    " NOT EXISTS (SELECT 1 FROM app a WHERE a.account = e.account AND a.region = e.region AND"
    " a.name = e.app_name AND a.created_at_ms = e.app_created_at_ms) AND"
    " NOT EXISTS (SELECT 1 FROM tag WHERE owner_id = e.id AND key = ?1 AND value = 'none')"
    " ORDER BY sequence LIMIT 1";
static const char SQL_ADD_DELETED[] =
    "INSERT OR IGNORE INTO deleted_enhanced_snapshot (id) VALUES (?1)";
static const char SQL_REMOVE_DELETED[] = "DELETE FROM deleted_enhanced_snapshot WHERE id = ?1";
static const char SQL_NEXT_DELETED[] =
    "SELECT id FROM deleted_enhanced_snapshot WHERE id > ?1 ORDER BY id LIMIT 1";

static bool is_import(const struct enhanced_snapshot *snapshot) {
    return snapshot->maker == MADE_BY_IMPORT;
}

bool enhanced_snapshot_store_add(struct db *db, struct enhanced_snapshot *snapshot,
                                 struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_ADD, &stmt, err)) return false;
    db_bind_text(stmt, 1, snapshot->id);
    db_bind_text(stmt, 2, snapshot->scope.account);
    db_bind_text(stmt, 3, snapshot->scope.region);
    db_bind_text(stmt, 4, snapshot->name);
    db_bind_text(stmt, 5, snapshot_status_name(snapshot->status));
    db_bind_text(stmt, 6, snapshot_maker_name(snapshot->maker));
    db_bind_text(stmt, 7, snapshot->description);
    db_bind_text(stmt, 8, snapshot->app_name);
    db_bind_int(stmt, 9, snapshot->app_created_at_ms);
    db_bind_int(stmt, 10, snapshot->app_version);
    db_bind_text(stmt, 11, is_import(snapshot) ? "" : runtime_environment_name(snapshot->runtime));
    db_bind_text(stmt, 12, snapshot->source.bucket_arn);
    db_bind_text(stmt, 13, snapshot->source.key_prefix);
    db_bind_int(stmt, 14, snapshot->size_bytes);
    db_bind_text(stmt, 15, snapshot->key_arn);
    db_bind_int(stmt, 16, snapshot->created_at_ms);
    if (!db_run(db, stmt, err)) return error_prefix(err, "add snapshot '%s'", snapshot->name);
    snapshot->sequence = db_last_row(db);
    return true;
}

static bool read_snapshot(sqlite3_stmt *stmt, struct enhanced_snapshot *out, struct error *err) {
    struct enhanced_snapshot snapshot = {0};
    char status[16];
    char maker[32];
    char runtime[32];

    snapshot.sequence = db_column_int(stmt, 0);
    db_column_text(stmt, 1, snapshot.id, sizeof snapshot.id);
    db_column_text(stmt, 2, snapshot.scope.account, sizeof snapshot.scope.account);
    db_column_text(stmt, 3, snapshot.scope.region, sizeof snapshot.scope.region);
    db_column_text(stmt, 4, snapshot.name, sizeof snapshot.name);
    db_column_text(stmt, 5, status, sizeof status);
    db_column_text(stmt, 6, maker, sizeof maker);
    db_column_text(stmt, 7, snapshot.description, sizeof snapshot.description);
    db_column_text(stmt, 8, snapshot.app_name, sizeof snapshot.app_name);
    snapshot.app_created_at_ms = db_column_int(stmt, 9);
    snapshot.app_version = db_column_int(stmt, 10);
    db_column_text(stmt, 11, runtime, sizeof runtime);
    db_column_text(stmt, 12, snapshot.source.bucket_arn, sizeof snapshot.source.bucket_arn);
    db_column_text(stmt, 13, snapshot.source.key_prefix, sizeof snapshot.source.key_prefix);
    snapshot.size_bytes = db_column_int(stmt, 14);
    db_column_text(stmt, 15, snapshot.key_arn, sizeof snapshot.key_arn);
    snapshot.created_at_ms = db_column_int(stmt, 16);
    if (!snapshot_status_from_name(status, &snapshot.status) ||
        !snapshot_maker_from_name(maker, &snapshot.maker) ||
        (!is_import(&snapshot) && !runtime_environment_from_name(runtime, &snapshot.runtime)))
        return error_set(err, ERROR_UNAVAILABLE, "database: snapshot '%s' is '%s' of '%s' by '%s'",
                         snapshot.name, status, runtime, maker);
    *out = snapshot;
    return true;
}

static bool read_one(struct db *db, sqlite3_stmt *stmt, struct enhanced_snapshot *out,
                     bool *out_found, struct error *err) {
    bool row;

    if (!db_next(db, stmt, &row, err)) return false;
    if (row && !read_snapshot(stmt, out, err)) return false;
    *out_found = row;
    return true;
}

bool enhanced_snapshot_store_find(struct db *db, const struct app_scope *scope, const char *name,
                                  struct enhanced_snapshot *out, bool *out_found,
                                  struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_FIND, &stmt, err)) return false;
    db_bind_text(stmt, 1, scope->account);
    db_bind_text(stmt, 2, scope->region);
    db_bind_text(stmt, 3, name);
    return read_one(db, stmt, out, out_found, err);
}

bool enhanced_snapshot_store_load(struct db *db, const char *id, struct enhanced_snapshot *out,
                                  bool *out_found, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_LOAD, &stmt, err)) return false;
    db_bind_text(stmt, 1, id);
    return read_one(db, stmt, out, out_found, err);
}

bool enhanced_snapshot_store_save(struct db *db, const struct enhanced_snapshot *snapshot,
                                  struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_SAVE, &stmt, err)) return false;
    db_bind_text(stmt, 1, snapshot->id);
    db_bind_text(stmt, 2, snapshot_status_name(snapshot->status));
    db_bind_int(stmt, 3, snapshot->size_bytes);
    if (!db_run(db, stmt, err)) return false;
    return db_changes(db) == 1 ||
           error_set(err, ERROR_NOT_FOUND, "no snapshot '%s'", snapshot->name);
}

// A statement whose only parameter is an id.
static bool run_with_id(struct db *db, const char *sql, const char *id, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, sql, &stmt, err)) return false;
    db_bind_text(stmt, 1, id);
    return db_run(db, stmt, err);
}

bool enhanced_snapshot_store_remove(struct db *db, const char *id, struct error *err) {
    return run_with_id(db, SQL_REMOVE, id, err);
}

static const char *choose_list(const struct enhanced_filter *filter, const char **out_value) {
    const struct {
        const char *sql;
        const char *value;
    } choices[] = {
        {SQL_LIST_OF_APP, filter->app_name},
        {SQL_LIST_OF_STATUS, filter->status},
        {SQL_LIST_OF_MAKER, filter->maker},
        {SQL_LIST_OF_INITIATOR, filter->initiator},
    };

    *out_value = NULL;
    for (size_t index = 0; index < COUNT_OF(choices); index++) {
        *out_value = choices[index].value;
        if (*out_value != NULL) return choices[index].sql;
    }
    return SQL_LIST;
}

bool enhanced_snapshot_store_list(struct db *db, const struct app_scope *scope,
                                  const struct enhanced_filter *filter,
                                  struct enhanced_snapshot *out_list, size_t limit,
                                  size_t *out_count, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    const char *value;
    size_t count = 0;

    if (!db_prepare(db, choose_list(filter, &value), &stmt, err)) return false;
    db_bind_text(stmt, 1, scope->account);
    db_bind_text(stmt, 2, scope->region);
    db_bind_int(stmt, 3, filter->before_sequence);
    if (value != NULL) db_bind_text(stmt, 4, value);
    db_bind_int(stmt, 5, (int64_t)limit);
    for (bool row; count < limit; count++) {
        if (!db_next(db, stmt, &row, err)) return error_prefix(err, "list snapshots");
        if (!row) break;
        if (!read_snapshot(stmt, &out_list[count], err)) return false;
    }
    *out_count = count;
    return true;
}

bool enhanced_snapshot_store_count_by_hand(struct db *db, const struct app_scope *scope,
                                           int64_t *out_count, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_COUNT_BY_HAND, &stmt, err)) return false;
    db_bind_text(stmt, 1, scope->account);
    db_bind_text(stmt, 2, scope->region);
    if (!db_next(db, stmt, &row, err)) return false;
    *out_count = db_column_int(stmt, 0);
    return true;
}

bool enhanced_snapshot_store_next_unowned(struct db *db, const char *tag, int64_t after_sequence,
                                          struct enhanced_snapshot *out, bool *out_found,
                                          struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_NEXT_UNOWNED, &stmt, err)) return false;
    db_bind_text(stmt, 1, tag);
    db_bind_int(stmt, 2, after_sequence);
    return read_one(db, stmt, out, out_found, err);
}

bool enhanced_snapshot_store_add_deleted(struct db *db, const char *id, struct error *err) {
    return run_with_id(db, SQL_ADD_DELETED, id, err);
}

bool enhanced_snapshot_store_remove_deleted(struct db *db, const char *id, struct error *err) {
    return run_with_id(db, SQL_REMOVE_DELETED, id, err);
}

bool enhanced_snapshot_store_next_deleted(struct db *db, const char *after_id,
                                          char out_id[static APP_ID_SIZE], bool *out_found,
                                          struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_NEXT_DELETED, &stmt, err)) return false;
    db_bind_text(stmt, 1, after_id);
    if (!db_next(db, stmt, &row, err)) return false;
    if (row) db_column_text(stmt, 0, out_id, APP_ID_SIZE);
    *out_found = row;
    return true;
}
