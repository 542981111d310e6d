#include "storage/operation_store.h"

#include "storage/db_statement.h"

#define COLUMNS                                                                                    \
    "sequence, id, name, status, started_at_ms, ended_at_ms, version_from, version_to, error,"     \
    " rollback_operation_id"

static const char SQL_ADD[] =
    "INSERT INTO operation (app_id, id, name, status, started_at_ms, ended_at_ms, version_from,"
    " version_to, error, rollback_operation_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
// Keeps the newest 1000 (facts/api.md 5.10).
static const char SQL_TRIM[] =
    "DELETE FROM operation WHERE app_id = ?1 AND sequence <= (SELECT sequence FROM operation"
    " WHERE app_id = ?1 ORDER BY sequence DESC LIMIT 1 OFFSET 1000)";
static const char SQL_FIND[] = "SELECT " COLUMNS " FROM operation WHERE app_id = ?1 AND id = ?2";
static const char SQL_SAVE[] =
    "UPDATE operation SET status = ?3, ended_at_ms = ?4, version_from = ?5, version_to = ?6,"
    " error = ?7, rollback_operation_id = ?8 WHERE app_id = ?1 AND id = ?2";
static const char SQL_LIST[] =
    "SELECT " COLUMNS " FROM operation WHERE app_id = ?1 AND sequence < ?2"
    " AND (?3 IS NULL OR name = ?3) AND (?4 IS NULL OR status = ?4)"
    " ORDER BY sequence DESC LIMIT ?5";

bool operation_store_add(struct db *db, const char *app_id, struct operation *operation,
                         struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    AUTO(db_done) sqlite3_stmt *trim = NULL;

    if (!db_prepare(db, SQL_ADD, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, operation->id);
    db_bind_text(stmt, 3, operation->name);
    db_bind_text(stmt, 4, operation_status_name(operation->status));
    db_bind_int(stmt, 5, operation->started_at_ms);
    db_bind_int(stmt, 6, operation->ended_at_ms);
    db_bind_int(stmt, 7, operation->version_from);
    db_bind_int(stmt, 8, operation->version_to);
    db_bind_text(stmt, 9, operation->error);
    db_bind_text(stmt, 10, operation->rollback_operation_id);
    if (!db_run(db, stmt, err)) return error_prefix(err, "add operation");
    operation->sequence = db_last_row(db);

    if (!db_prepare(db, SQL_TRIM, &trim, err)) return false;
    db_bind_text(trim, 1, app_id);
    return db_run(db, trim, err);
}

static bool read_operation(sqlite3_stmt *stmt, struct operation *out, struct error *err) {
    struct operation operation = {0};
    char status[16];

    operation.sequence = db_column_int(stmt, 0);
    db_column_text(stmt, 1, operation.id, sizeof operation.id);
    db_column_text(stmt, 2, operation.name, sizeof operation.name);
    db_column_text(stmt, 3, status, sizeof status);
    operation.started_at_ms = db_column_int(stmt, 4);
    operation.ended_at_ms = db_column_int(stmt, 5);
    operation.version_from = db_column_int(stmt, 6);
    operation.version_to = db_column_int(stmt, 7);
    db_column_text(stmt, 8, operation.error, sizeof operation.error);
    db_column_text(stmt, 9, operation.rollback_operation_id,
                   sizeof operation.rollback_operation_id);
    if (!operation_status_from_name(status, &operation.status))
        return error_set(err, ERROR_UNAVAILABLE, "database: unknown operation status '%s'", status);
    *out = operation;
    return true;
}

bool operation_store_find(struct db *db, const char *app_id, const char *operation_id,
                          struct operation *out_operation, bool *out_found, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_FIND, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, operation_id);
    if (!db_next(db, stmt, &row, err)) return false;
    if (row && !read_operation(stmt, out_operation, err)) return false;
    *out_found = row;
    return true;
}

bool operation_store_save(struct db *db, const char *app_id, const struct operation *operation,
                          struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_SAVE, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, operation->id);
    db_bind_text(stmt, 3, operation_status_name(operation->status));
    db_bind_int(stmt, 4, operation->ended_at_ms);
    db_bind_int(stmt, 5, operation->version_from);
    db_bind_int(stmt, 6, operation->version_to);
    db_bind_text(stmt, 7, operation->error);
    db_bind_text(stmt, 8, operation->rollback_operation_id);
    return db_run(db, stmt, err);
}

bool operation_store_list(struct db *db, const char *app_id, const struct operation_filter *filter,
                          struct operation *out_list, size_t limit, size_t *out_count,
                          struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    size_t count = 0;

    if (!db_prepare(db, SQL_LIST, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, filter->before_sequence);
    db_bind_text(stmt, 3, filter->name);
    db_bind_text(stmt, 4, filter->has_status ? operation_status_name(filter->status) : NULL);
    db_bind_int(stmt, 5, (int64_t)limit);
    for (bool row; count < limit; count++) {
        if (!db_next(db, stmt, &row, err)) return error_prefix(err, "list operations");
        if (!row) break;
        if (!read_operation(stmt, &out_list[count], err)) return false;
    }
    *out_count = count;
    return true;
}
