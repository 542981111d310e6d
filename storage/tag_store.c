#include "storage/tag_store.h"

#include "base/text.h"
#include "storage/db_statement.h"

static const char SQL_FIND[] = "SELECT value FROM tag WHERE owner_id = ?1 AND key = ?2";
static const char SQL_SET[] =
    "INSERT OR REPLACE INTO tag (owner_id, key, value) VALUES (?1, ?2, ?3)";
static const char SQL_REMOVE[] = "DELETE FROM tag WHERE owner_id = ?1 AND key = ?2";
static const char SQL_LIST[] = "SELECT key, value FROM tag WHERE owner_id = ?1 ORDER BY key";
static const char SQL_COUNT[] = "SELECT count(*) FROM tag WHERE owner_id = ?1";

bool tag_store_set(struct db *db, const char *owner_id, const char *key, const char *value,
                   struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_SET, &stmt, err)) return false;
    db_bind_text(stmt, 1, owner_id);
    db_bind_text(stmt, 2, key);
    db_bind_text(stmt, 3, value);
    return db_run(db, stmt, err);
}

bool tag_store_remove(struct db *db, const char *owner_id, const char *key, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_REMOVE, &stmt, err)) return false;
    db_bind_text(stmt, 1, owner_id);
    db_bind_text(stmt, 2, key);
    return db_run(db, stmt, err);
}

bool tag_store_list(struct db *db, const char *owner_id, json_t **out_tags, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    AUTO(json_decref) json_t *tags = json_new_array();

    if (!db_prepare(db, SQL_LIST, &stmt, err)) return false;
    db_bind_text(stmt, 1, owner_id);
    for (bool row;;) {
        if (!db_next(db, stmt, &row, err)) return error_prefix(err, "list tags");
        if (!row) break;
        json_t *tag = json_new_object();
        db_column_put(stmt, 0, tag, "Key");
        db_column_put(stmt, 1, tag, "Value");
        json_add(tags, tag);
    }
    *out_tags = TAKE(tags);
    return true;
}

bool tag_store_find(struct db *db, const char *owner_id, const char *key, char *out,
                    size_t size_bytes, bool *out_found, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_FIND, &stmt, err)) return false;
    db_bind_text(stmt, 1, owner_id);
    db_bind_text(stmt, 2, key);
    if (!db_next(db, stmt, &row, err)) return error_prefix(err, "find tag");
    *out_found = row && db_column_text(stmt, 0, out, size_bytes);
    return true;
}

bool tag_store_count(struct db *db, const char *owner_id, int64_t *out_count, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_COUNT, &stmt, err)) return false;
    db_bind_text(stmt, 1, owner_id);
    if (!db_next(db, stmt, &row, err)) return false;
    *out_count = db_column_int(stmt, 0);
    return true;
}
