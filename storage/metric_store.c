#include "storage/metric_store.h"

#include "base/memory.h"
#include "storage/db_statement.h"

#include <string.h>

static const char SQL_SET[] = "INSERT INTO metric (app_id, at_ms, figures) VALUES (?1, ?2, ?3)"
                              " ON CONFLICT DO UPDATE SET figures = excluded.figures";
static const char SQL_CLEAN[] = "DELETE FROM metric WHERE app_id = ?1 AND at_ms < ?2";
static const char SQL_VISIT[] = "SELECT at_ms, figures FROM metric"
                                " WHERE app_id = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms";

static bool clean(struct db *db, const char *app_id, int64_t keep_from_ms, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_CLEAN, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, keep_from_ms);
    return db_run(db, stmt, err);
}

static const int64_t MINUTE_MS = 60000;

// The oldest minute that METRIC_MAX_BYTES has room for.
static int64_t oldest_with_room_ms(int64_t at_ms, const char *text) {
    int64_t minutes = METRIC_MAX_BYTES / ((int64_t)strlen(text) + 1);

    return at_ms - minutes * MINUTE_MS;
}

bool metric_store_set(struct db *db, const char *app_id, int64_t at_ms, const json_t *figures,
                      int64_t keep_from_ms, struct error *err) {
    AUTO(memory_free) char *text = json_print(figures);
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_SET, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, at_ms);
    db_bind_text(stmt, 3, text);
    if (!db_run(db, stmt, err)) return error_prefix(err, "set metrics");
    int64_t room_from_ms = oldest_with_room_ms(at_ms, text);
    return clean(db, app_id, keep_from_ms > room_from_ms ? keep_from_ms : room_from_ms, err);
}

bool metric_store_visit(struct db *db, const char *app_id, int64_t from_ms, int64_t to_ms,
                        metric_visit_fn *visit, void *userdata, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_VISIT, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, from_ms);
    db_bind_int(stmt, 3, to_ms);
    for (bool row;;) {
        if (!db_next(db, stmt, &row, err)) return error_prefix(err, "read metrics");
        if (!row) return true;
        AUTO(json_decref) json_t *figures = db_column_object(stmt, 1);
        if (!visit(userdata, db_column_int(stmt, 0), figures)) return true;
    }
}
