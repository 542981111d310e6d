#include "storage/scaling_store.h"

#include "base/memory.h"
#include "storage/db_statement.h"

#include <string.h>

enum { CLEANED_EVERY = 100 };

static const char SQL_ADD[] =
    "INSERT INTO scaling (app_id, at_ms, moves, body, ordinal) VALUES (?1, ?2, ?3, ?4,"
    " 1 + coalesce((SELECT ordinal FROM scaling WHERE app_id = ?1 ORDER BY sequence DESC LIMIT 1),"
    " 0)) RETURNING ordinal";
// Moves are kept longer: the autoscaler compares with the last one hours later.
static const char SQL_CLEAN[] =
    "DELETE FROM scaling WHERE app_id = ?1 AND moves = 0 AND sequence <="
    " (SELECT sequence FROM scaling WHERE app_id = ?1 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)";
static const char SQL_CLEAN_MOVES[] =
    "DELETE FROM scaling WHERE app_id = ?1 AND moves = 1 AND sequence <="
    " (SELECT sequence FROM scaling WHERE app_id = ?1 AND moves = 1"
    " ORDER BY sequence DESC LIMIT 1 OFFSET ?2)";
static const char SQL_LIST[] = "SELECT body FROM scaling WHERE app_id = ?1"
                               " ORDER BY sequence DESC LIMIT ?2";
static const char SQL_LIST_MOVES[] = "SELECT body FROM scaling WHERE app_id = ?1 AND moves = 1"
                                     " ORDER BY sequence DESC LIMIT ?2";

static bool clean(struct db *db, const char *sql, const char *app_id, int64_t kept,
                  struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, sql, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, kept);
    return db_run(db, stmt, err);
}

bool scaling_store_add(struct db *db, const char *app_id, int64_t at_ms, bool moves,
                       const json_t *body, struct error *err) {
    AUTO(memory_free) char *text = json_print(body);
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_ADD, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, at_ms);
    db_bind_int(stmt, 3, moves);
    db_bind_text(stmt, 4, text);
    if (!db_run(db, stmt, err)) return error_prefix(err, "add evaluation");
    if (db_column_int(stmt, 0) % CLEANED_EVERY != 0) return true;
    int64_t room = SCALING_MAX_BYTES / ((int64_t)strlen(text) + 1);
    return clean(db, SQL_CLEAN, app_id, room < SCALING_KEPT ? room : SCALING_KEPT, err) &&
           clean(db, SQL_CLEAN_MOVES, app_id, room < SCALING_MOVES_KEPT ? room : SCALING_MOVES_KEPT,
                 err);
}

bool scaling_store_list(struct db *db, const char *app_id, bool moves_only, int64_t limit,
                        json_t **out_bodies, struct error *err) {
    AUTO(json_decref) json_t *bodies = json_new_array();
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    int size_bytes = 0;

    if (!db_prepare(db, moves_only ? SQL_LIST_MOVES : SQL_LIST, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, limit);
    for (bool row;;) {
        if (!db_next(db, stmt, &row, err)) return error_prefix(err, "list evaluations");
        if (!row) break;
        size_bytes += sqlite3_column_bytes(stmt, 0);
        if (size_bytes > SCALING_LIST_MAX_BYTES && json_array_size(bodies) > 0) break;
        json_add(bodies, db_column_object(stmt, 0));
    }
    *out_bodies = TAKE(bodies);
    return true;
}
