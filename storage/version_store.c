#include "storage/version_store.h"

#include "base/json.h"
#include "base/memory.h"
#include "storage/db_statement.h"

#include <string.h>

static const char SQL_ADD[] =
    "INSERT INTO app_version (app_id, version, runtime, config, code_sha256, token, created_at_ms,"
    " updated_from, rolled_back_from, rolled_back_to, is_rolled_back)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0)";
static const char SQL_LOAD[] =
    "SELECT config, code_sha256, token, created_at_ms, updated_from, rolled_back_from,"
    " rolled_back_to, is_rolled_back FROM app_version WHERE app_id = ?1 AND version = ?2";
static const char SQL_MARK[] =
    "UPDATE app_version SET is_rolled_back = ?3 WHERE app_id = ?1 AND version = ?2";
static const char SQL_NEXT[] =
    "SELECT ifnull(max(version), 0) + 1 FROM app_version WHERE app_id = ?1";
static const char SQL_TRIM[] =
    "DELETE FROM app_version WHERE app_id = ?1 AND version IN"
    " (SELECT version FROM app_version WHERE app_id = ?1 AND version <= ?2 AND version NOT IN"
    " (SELECT version FROM app WHERE id = ?1 UNION SELECT updated_from FROM app_version WHERE"
    " app_id = ?1 AND version = (SELECT version FROM app WHERE id = ?1))"
    " ORDER BY version LIMIT 10)";
static const char SQL_LIST[] =
    "SELECT version, is_rolled_back FROM app_version WHERE app_id = ?1 AND version < ?2"
    " ORDER BY version DESC LIMIT ?3";
static const char SQL_USES[] = "SELECT 1 FROM app_version WHERE code_sha256 = ?1"
                               " AND code_sha256 <> '' LIMIT 1";

static bool trim(struct db *db, const char *app_id, int64_t newest, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (newest <= VERSIONS_KEPT) return true;
    if (!db_prepare(db, SQL_TRIM, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, newest - VERSIONS_KEPT);
    return db_run(db, stmt, err);
}

bool version_store_next(struct db *db, const char *app_id, int64_t *out_version,
                        struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_NEXT, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    if (!db_next(db, stmt, &row, err)) return false;
    *out_version = db_column_int(stmt, 0);
    return true;
}

bool version_store_add(struct db *db, const char *app_id, const struct app_version *version,
                       struct error *err) {
    AUTO(memory_free) char *config = json_print(version->config);
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_ADD, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, version->version);
    db_bind_text(stmt, 3, json_text_or(version->config, "RuntimeEnvironment", ""));
    db_bind_text(stmt, 4, config);
    db_bind_text(stmt, 5, version->code_sha256);
    db_bind_text(stmt, 6, version->token);
    db_bind_int(stmt, 7, version->created_at_ms);
    db_bind_int(stmt, 8, version->updated_from);
    db_bind_int(stmt, 9, version->rolled_back_from);
    db_bind_int(stmt, 10, version->rolled_back_to);
    if (!db_run(db, stmt, err))
        return error_prefix(err, "add version %lld", (long long)version->version);
    return trim(db, app_id, version->version, err);
}

bool version_store_load(struct db *db, const char *app_id, int64_t version,
                        struct app_version *out_version, bool *out_found, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    struct app_version loaded = {.version = version};
    bool row;

    if (!db_prepare(db, SQL_LOAD, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, version);
    if (!db_next(db, stmt, &row, err)) return false;
    if (!row) {
        *out_found = false;
        return true;
    }
    if (!db_column_json(stmt, 0, &loaded.config, err))
        return error_prefix(err, "configuration of version %lld", (long long)version);
    db_column_text(stmt, 1, loaded.code_sha256, sizeof loaded.code_sha256);
    db_column_text(stmt, 2, loaded.token, sizeof loaded.token);
    loaded.created_at_ms = db_column_int(stmt, 3);
    loaded.updated_from = db_column_int(stmt, 4);
    loaded.rolled_back_from = db_column_int(stmt, 5);
    loaded.rolled_back_to = db_column_int(stmt, 6);
    loaded.is_rolled_back = db_column_int(stmt, 7) != 0;
    *out_version = loaded;
    *out_found = true;
    return true;
}

bool version_store_mark_rolled_back(struct db *db, const char *app_id, int64_t version,
                                    bool is_rolled_back, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_MARK, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, version);
    db_bind_int(stmt, 3, is_rolled_back);
    return db_run(db, stmt, err);
}

bool version_store_list(struct db *db, const char *app_id, int64_t before_version,
                        struct version_summary *out_list, size_t limit, size_t *out_count,
                        struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    size_t count = 0;

    if (!db_prepare(db, SQL_LIST, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, before_version);
    db_bind_int(stmt, 3, (int64_t)limit);
    for (bool row; count < limit; count++) {
        if (!db_next(db, stmt, &row, err)) return error_prefix(err, "list versions");
        if (!row) break;
        out_list[count].version = db_column_int(stmt, 0);
        out_list[count].is_rolled_back = db_column_int(stmt, 1) != 0;
    }
    *out_count = count;
    return true;
}

bool version_store_uses_code(struct db *db, const char *code_sha256, bool *out_used,
                             struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_USES, &stmt, err)) return false;
    db_bind_text(stmt, 1, code_sha256);
    return db_next(db, stmt, out_used, err);
}
