// Many applications at once: lists, counts, the start of the controller.
#include "storage/app_store.h"
#include "storage/db_statement.h"

static const char SQL_LIST[] =
    "SELECT a.name, a.status, a.version, v.runtime FROM app a"
    " JOIN app_version v ON v.app_id = a.id AND v.version = a.version"
    " WHERE a.account = ?1 AND a.region = ?2 AND a.name > ?3 ORDER BY a.name LIMIT ?4";
static const char SQL_COUNT[] =
    "SELECT coalesce(sum(apps), 0) FROM app_count WHERE account = ?1 AND region = ?2";
static const char SQL_TOTALS[] =
    "SELECT coalesce(sum(apps), 0),"
    " coalesce(sum(apps) FILTER (WHERE status = ?1), 0) FROM app_count";
static const char SQL_LIST_ALL[] =
    "SELECT id, account, region, name, status, current_parallelism, recoveries FROM app"
    " WHERE id > ?1 ORDER BY id LIMIT ?2";
static const char SQL_ALL[] =
    "SELECT id FROM app ORDER BY EXISTS (SELECT 1 FROM placement WHERE app_id = id AND"
    " phase = 'PLANNED') DESC, id";

static const char SQL_NEXT_USER[] =
    "SELECT app_id FROM placement WHERE restore_path = ?1 AND app_id > ?2 UNION"
    " SELECT app_id FROM job_origin WHERE location = ?1 AND app_id > ?2 UNION"
    " SELECT app_id FROM snapshot WHERE location = ?1 AND enhanced_id = '' AND app_id > ?2"
    " ORDER BY app_id LIMIT 1";

static bool read_status(sqlite3_stmt *stmt, int column, enum app_status *out, struct error *err) {
    char status[20];

    db_column_text(stmt, column, status, sizeof status);
    return app_status_from_name(status, out) ||
           error_set(err, ERROR_UNAVAILABLE, "database: unknown status '%s'", status);
}

bool app_store_list(struct db *db, const struct app_scope *scope, const char *after_name,
                    struct app_summary *out_list, size_t limit, size_t *out_count,
                    struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    size_t count = 0;

    if (!db_prepare(db, SQL_LIST, &stmt, err)) return false;
    db_bind_text(stmt, 1, scope->account);
    db_bind_text(stmt, 2, scope->region);
    db_bind_text(stmt, 3, after_name);
    db_bind_int(stmt, 4, (int64_t)limit);
    for (bool row; count < limit; count++) {
        if (!db_next(db, stmt, &row, err)) return error_prefix(err, "list applications");
        if (!row) break;
        struct app_summary *summary = &out_list[count];
        db_column_text(stmt, 0, summary->name, sizeof summary->name);
        if (!read_status(stmt, 1, &summary->status, err)) return false;
        summary->version = db_column_int(stmt, 2);
        db_column_text(stmt, 3, summary->runtime_environment, sizeof summary->runtime_environment);
    }
    *out_count = count;
    return true;
}

bool app_store_count(struct db *db, const struct app_scope *scope, int64_t *out_count,
                     struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_COUNT, &stmt, err)) return false;
    db_bind_text(stmt, 1, scope->account);
    db_bind_text(stmt, 2, scope->region);
    if (!db_next(db, stmt, &row, err)) return false;
    *out_count = db_column_int(stmt, 0);
    return true;
}

bool app_store_totals(struct db *db, struct app_totals *out_totals, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_TOTALS, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_status_name(APP_RUNNING));
    if (!db_next(db, stmt, &row, err)) return false;
    *out_totals = (struct app_totals){db_column_int(stmt, 0), db_column_int(stmt, 1)};
    return true;
}

bool app_store_list_all(struct db *db, const char *after_id, struct app_brief *out_list,
                        size_t limit, size_t *out_count, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    size_t count = 0;

    if (!db_prepare(db, SQL_LIST_ALL, &stmt, err)) return false;
    db_bind_text(stmt, 1, after_id);
    db_bind_int(stmt, 2, (int64_t)limit);
    for (bool row; count < limit; count++) {
        if (!db_next(db, stmt, &row, err)) return error_prefix(err, "list all applications");
        if (!row) break;
        struct app_brief *brief = &out_list[count];
        db_column_text(stmt, 0, brief->id, sizeof brief->id);
        db_column_text(stmt, 1, brief->scope.account, sizeof brief->scope.account);
        db_column_text(stmt, 2, brief->scope.region, sizeof brief->scope.region);
        db_column_text(stmt, 3, brief->name, sizeof brief->name);
        if (!read_status(stmt, 4, &brief->status, err)) return false;
        brief->current_parallelism = (int)db_column_int(stmt, 5);
        brief->recoveries = db_column_int(stmt, 6);
    }
    *out_count = count;
    return true;
}

bool app_store_visit_all(struct db *db, app_store_visit_fn *visit, void *userdata,
                         struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    char app_id[APP_ID_SIZE];

    if (!db_prepare(db, SQL_ALL, &stmt, err)) return false;
    for (bool row;;) {
        if (!db_next(db, stmt, &row, err)) return false;
        if (!row) return true;
        db_column_text(stmt, 0, app_id, sizeof app_id);
        if (!visit(userdata, app_id, err)) return false;
    }
}

bool app_store_next_user(struct db *db, const char *path, const char *after_id,
                         char out_id[static APP_ID_SIZE], bool *out_found, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_NEXT_USER, &stmt, err)) return false;
    db_bind_text(stmt, 1, path);
    db_bind_text(stmt, 2, after_id);
    if (!db_next(db, stmt, &row, err)) return false;
    if (row) db_column_text(stmt, 0, out_id, APP_ID_SIZE);
    *out_found = row;
    return true;
}
