#include "storage/snapshot_operation_store.h"

#include "storage/db_statement.h"

#define COLUMNS                                                                                    \
    "sequence, account, region, snapshot_name, id, snapshot_id, kind, status, started_at_ms,"      \
    " ended_at_ms, app_operation_id, app_name, bucket_arn, key_prefix, exported_prefix, role_arn," \
    " source_key_arn, destination_key_arn, error_code, error"

static const char SQL_ADD[] =
    "INSERT INTO snapshot_operation (account, region, snapshot_name, id, snapshot_id, kind, status,"
    " started_at_ms, ended_at_ms, app_operation_id, app_name, bucket_arn, key_prefix,"
    " exported_prefix, role_arn, source_key_arn, destination_key_arn, error_code, error)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
    "?19)";
static const char SQL_TRIM[] =
    "DELETE FROM snapshot_operation WHERE started_at_ms < ?1 AND status <> 'IN_PROGRESS'";
static const char SQL_FIND[] = "SELECT " COLUMNS " FROM snapshot_operation WHERE account = ?1 AND"
                               " region = ?2 AND snapshot_name = ?3 AND id = ?4";
static const char SQL_SAVE[] =
    "UPDATE snapshot_operation SET status = ?5, ended_at_ms = ?6, exported_prefix = ?7,"
    " error_code = ?8, error = ?9"
    " WHERE account = ?1 AND region = ?2 AND snapshot_name = ?3 AND id = ?4";
static const char SQL_LIST[] =
    "SELECT " COLUMNS " FROM snapshot_operation WHERE account = ?1 AND region = ?2 AND"
    " snapshot_name = ?3 AND sequence < ?4 AND started_at_ms >= ?5"
    " AND (?6 IS NULL OR kind = ?6) AND (?7 IS NULL OR status = ?7)"
    " ORDER BY sequence DESC LIMIT ?8";
static const char SQL_FIND_OPEN[] =
    "SELECT " COLUMNS " FROM snapshot_operation WHERE snapshot_id = ?1 AND status = 'IN_PROGRESS'"
    " AND (?2 IS NULL OR kind = ?2) ORDER BY sequence LIMIT 1";
static const char SQL_REMOVE_OPEN[] = "DELETE FROM snapshot_operation WHERE snapshot_id = ?1 AND "
                                      "status = 'IN_PROGRESS' AND kind = ?2";
static const char SQL_NEXT_OPEN[] =
    "SELECT snapshot_id FROM snapshot_operation WHERE status = 'IN_PROGRESS' AND snapshot_id > ?1"
    " ORDER BY snapshot_id LIMIT 1";
static const char SQL_COUNT_TRANSFERS[] =
    "SELECT count(*) FROM snapshot_operation WHERE status = 'IN_PROGRESS' AND account = ?1 AND"
    " region = ?2 AND kind IN ('ExportSnapshot', 'ImportSnapshot')";

static bool trim(struct db *db, int64_t keep_from_ms, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_TRIM, &stmt, err)) return false;
    db_bind_int(stmt, 1, keep_from_ms);
    return db_run(db, stmt, err);
}

static void bind_key(sqlite3_stmt *stmt, const struct app_scope *scope, const char *snapshot_name) {
    db_bind_text(stmt, 1, scope->account);
    db_bind_text(stmt, 2, scope->region);
    db_bind_text(stmt, 3, snapshot_name);
}

bool snapshot_operation_store_add(struct db *db, struct snapshot_operation *operation,
                                  int64_t keep_from_ms, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_ADD, &stmt, err)) return false;
    bind_key(stmt, &operation->scope, operation->snapshot_name);
    db_bind_text(stmt, 4, operation->id);
    db_bind_text(stmt, 5, operation->snapshot_id);
    db_bind_text(stmt, 6, snapshot_operation_kind_name(operation->kind));
    db_bind_text(stmt, 7, operation_status_name(operation->status));
    db_bind_int(stmt, 8, operation->started_at_ms);
    db_bind_int(stmt, 9, operation->ended_at_ms);
    db_bind_text(stmt, 10, operation->app_operation_id);
    db_bind_text(stmt, 11, operation->app_name);
    db_bind_text(stmt, 12, operation->location.bucket_arn);
    db_bind_text(stmt, 13, operation->location.key_prefix);
    db_bind_text(stmt, 14, operation->exported_prefix);
    db_bind_text(stmt, 15, operation->role_arn);
    db_bind_text(stmt, 16, operation->source_key_arn);
    db_bind_text(stmt, 17, operation->destination_key_arn);
    db_bind_text(stmt, 18, operation->error_code);
    db_bind_text(stmt, 19, operation->error);
    if (!db_run(db, stmt, err)) return error_prefix(err, "add snapshot operation");
    operation->sequence = db_last_row(db);
    return trim(db, keep_from_ms, err);
}

static bool read_operation(sqlite3_stmt *stmt, struct snapshot_operation *out, struct error *err) {
    struct snapshot_operation operation = {0};
    char kind[32];
    char status[16];

    operation.sequence = db_column_int(stmt, 0);
    db_column_text(stmt, 1, operation.scope.account, sizeof operation.scope.account);
    db_column_text(stmt, 2, operation.scope.region, sizeof operation.scope.region);
    db_column_text(stmt, 3, operation.snapshot_name, sizeof operation.snapshot_name);
    db_column_text(stmt, 4, operation.id, sizeof operation.id);
    db_column_text(stmt, 5, operation.snapshot_id, sizeof operation.snapshot_id);
    db_column_text(stmt, 6, kind, sizeof kind);
    db_column_text(stmt, 7, status, sizeof status);
    operation.started_at_ms = db_column_int(stmt, 8);
    operation.ended_at_ms = db_column_int(stmt, 9);
    db_column_text(stmt, 10, operation.app_operation_id, sizeof operation.app_operation_id);
    db_column_text(stmt, 11, operation.app_name, sizeof operation.app_name);
    db_column_text(stmt, 12, operation.location.bucket_arn, sizeof operation.location.bucket_arn);
    db_column_text(stmt, 13, operation.location.key_prefix, sizeof operation.location.key_prefix);
    db_column_text(stmt, 14, operation.exported_prefix, sizeof operation.exported_prefix);
    db_column_text(stmt, 15, operation.role_arn, sizeof operation.role_arn);
    db_column_text(stmt, 16, operation.source_key_arn, sizeof operation.source_key_arn);
    db_column_text(stmt, 17, operation.destination_key_arn, sizeof operation.destination_key_arn);
    db_column_text(stmt, 18, operation.error_code, sizeof operation.error_code);
    db_column_text(stmt, 19, operation.error, sizeof operation.error);
    if (!snapshot_operation_kind_from_name(kind, &operation.kind) ||
        !operation_status_from_name(status, &operation.status))
        return error_set(err, ERROR_UNAVAILABLE,
                         "database: snapshot operation '%s' is '%s' of '%s'", operation.id, status,
                         kind);
    *out = operation;
    return true;
}

static bool read_one(struct db *db, sqlite3_stmt *stmt, struct snapshot_operation *out,
                     bool *out_found, struct error *err) {
    bool row;

    if (!db_next(db, stmt, &row, err)) return false;
    if (row && !read_operation(stmt, out, err)) return false;
    *out_found = row;
    return true;
}

bool snapshot_operation_store_find(struct db *db, const struct app_scope *scope,
                                   const char *snapshot_name, const char *id,
                                   struct snapshot_operation *out, bool *out_found,
                                   struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_FIND, &stmt, err)) return false;
    bind_key(stmt, scope, snapshot_name);
    db_bind_text(stmt, 4, id);
    return read_one(db, stmt, out, out_found, err);
}

bool snapshot_operation_store_save(struct db *db, const struct snapshot_operation *operation,
                                   struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_SAVE, &stmt, err)) return false;
    bind_key(stmt, &operation->scope, operation->snapshot_name);
    db_bind_text(stmt, 4, operation->id);
    db_bind_text(stmt, 5, operation_status_name(operation->status));
    db_bind_int(stmt, 6, operation->ended_at_ms);
    db_bind_text(stmt, 7, operation->exported_prefix);
    db_bind_text(stmt, 8, operation->error_code);
    db_bind_text(stmt, 9, operation->error);
    return db_run(db, stmt, err);
}

bool snapshot_operation_store_list(struct db *db, const struct app_scope *scope,
                                   const char *snapshot_name,
                                   const struct snapshot_operation_filter *filter,
                                   struct snapshot_operation *out_list, size_t limit,
                                   size_t *out_count, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    size_t count = 0;

    if (!db_prepare(db, SQL_LIST, &stmt, err)) return false;
    bind_key(stmt, scope, snapshot_name);
    db_bind_int(stmt, 4, filter->before_sequence);
    db_bind_int(stmt, 5, filter->keep_from_ms);
    db_bind_text(stmt, 6, filter->kind);
    db_bind_text(stmt, 7, filter->status);
    db_bind_int(stmt, 8, (int64_t)limit);
    for (bool row; count < limit; count++) {
        if (!db_next(db, stmt, &row, err)) return error_prefix(err, "list snapshot operations");
        if (!row) break;
        if (!read_operation(stmt, &out_list[count], err)) return false;
    }
    *out_count = count;
    return true;
}

bool snapshot_operation_store_find_open(struct db *db, const char *snapshot_id,
                                        enum snapshot_operation_kind kind,
                                        struct snapshot_operation *out, bool *out_found,
                                        struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool is_any = kind == SNAPSHOT_OPERATION_KIND_COUNT;

    if (!db_prepare(db, SQL_FIND_OPEN, &stmt, err)) return false;
    db_bind_text(stmt, 1, snapshot_id);
    db_bind_text(stmt, 2, is_any ? NULL : snapshot_operation_kind_name(kind));
    return read_one(db, stmt, out, out_found, err);
}

bool snapshot_operation_store_remove_open(struct db *db, const char *snapshot_id,
                                          enum snapshot_operation_kind kind, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_REMOVE_OPEN, &stmt, err)) return false;
    db_bind_text(stmt, 1, snapshot_id);
    db_bind_text(stmt, 2, snapshot_operation_kind_name(kind));
    return db_run(db, stmt, err);
}

bool snapshot_operation_store_next_open(struct db *db, const char *after_id,
                                        char out_snapshot_id[static APP_ID_SIZE], bool *out_found,
                                        struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_NEXT_OPEN, &stmt, err)) return false;
    db_bind_text(stmt, 1, after_id);
    if (!db_next(db, stmt, &row, err)) return false;
    if (row) db_column_text(stmt, 0, out_snapshot_id, APP_ID_SIZE);
    *out_found = row;
    return true;
}

bool snapshot_operation_store_count_transfers(struct db *db, const struct app_scope *scope,
                                              int64_t *out_count, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_COUNT_TRANSFERS, &stmt, err)) return false;
    db_bind_text(stmt, 1, scope->account);
    db_bind_text(stmt, 2, scope->region);
    if (!db_next(db, stmt, &row, err)) return false;
    *out_count = db_column_int(stmt, 0);
    return true;
}
