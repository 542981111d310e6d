#include "storage/event_store.h"

#include "base/memory.h"
#include "storage/db_statement.h"

enum { KEPT = 1000, CLEANED_EVERY = 50 };

static const char SQL_ADD[] =
    "INSERT INTO event (app_id, at_ms, kind, message, detail, ordinal) VALUES (?1, ?2, ?3, ?4, ?5,"
    " 1 + coalesce((SELECT ordinal FROM event WHERE app_id = ?1 ORDER BY sequence DESC LIMIT 1), "
    "0))"
    " RETURNING ordinal";
static const char SQL_CLEAN[] =
    "DELETE FROM event WHERE app_id = ?1 AND sequence <="
    " (SELECT sequence FROM event WHERE app_id = ?1 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)";
static const char SQL_LIST[] = "SELECT sequence, at_ms, kind, message, detail FROM event"
                               " WHERE app_id = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3";
static const char SQL_NEWEST[] = "SELECT sequence, at_ms, kind, message, detail FROM event"
                                 " WHERE app_id = ?1 AND kind = ?2 ORDER BY sequence DESC LIMIT 1";

static bool clean(struct db *db, const char *app_id, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_CLEAN, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, KEPT);
    return db_run(db, stmt, err);
}

bool event_store_add(struct db *db, const char *app_id, const struct event *event,
                     struct error *err) {
    AUTO(memory_free)
    char *detail = event->detail == NULL ? memory_copy_text("{}") : json_print(event->detail);
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_ADD, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, event->at_ms);
    db_bind_text(stmt, 3, event->kind);
    db_bind_text(stmt, 4, event->message);
    db_bind_text(stmt, 5, detail);
    if (!db_run(db, stmt, err)) return error_prefix(err, "add event");
    // To find the thousandth row costs more than to keep a few rows too many.
    return db_column_int(stmt, 0) % CLEANED_EVERY != 0 || clean(db, app_id, err);
}

static json_t *read_event(sqlite3_stmt *stmt) {
    json_t *event = db_column_object(stmt, 4);

    json_put_int(event, "sequence", db_column_int(stmt, 0));
    json_put_int(event, "atMs", db_column_int(stmt, 1));
    db_column_put(stmt, 2, event, "kind");
    db_column_put(stmt, 3, event, "message");
    return event;
}

bool event_store_find_newest(struct db *db, const char *app_id, const char *kind,
                             json_t **out_event, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool row;

    if (!db_prepare(db, SQL_NEWEST, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, kind);
    if (!db_next(db, stmt, &row, err)) return error_prefix(err, "find event");
    *out_event = row ? read_event(stmt) : NULL;
    return true;
}

bool event_store_list(struct db *db, const char *app_id, int64_t after_sequence, int64_t limit,
                      json_t **out_events, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    AUTO(json_decref) json_t *events = json_new_array();

    if (!db_prepare(db, SQL_LIST, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, after_sequence);
    db_bind_int(stmt, 3, limit);
    for (bool row;;) {
        if (!db_next(db, stmt, &row, err)) return error_prefix(err, "list events");
        if (!row) break;
        json_add(events, read_event(stmt));
    }
    *out_events = TAKE(events);
    return true;
}
