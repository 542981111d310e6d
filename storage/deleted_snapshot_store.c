#include "storage/deleted_snapshot_store.h"

#include "storage/db_statement.h"

static const char SQL_ADD[] = "INSERT INTO deleted_snapshot (app_id, name, trigger_id, location)"
                              " VALUES (?1, ?2, ?3, ?4)";
static const char SQL_REMOVE[] = "DELETE FROM deleted_snapshot WHERE sequence = ?1";
static const char SQL_NEXT[] = "SELECT sequence, name, trigger_id, location FROM deleted_snapshot"
                               " WHERE app_id = ?1 AND sequence > ?2 ORDER BY sequence LIMIT 1";

bool deleted_snapshot_store_add(struct db *db, const char *app_id, const struct snapshot *snapshot,
                                struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_ADD, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, snapshot->name);
    db_bind_text(stmt, 3, snapshot->trigger_id);
    db_bind_text(stmt, 4, snapshot->location);
    return db_run(db, stmt, err);
}

bool deleted_snapshot_store_remove(struct db *db, int64_t sequence, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_REMOVE, &stmt, err)) return false;
    db_bind_int(stmt, 1, sequence);
    return db_run(db, stmt, err);
}

bool deleted_snapshot_store_next(struct db *db, const char *app_id, int64_t after_sequence,
                                 struct snapshot *out_snapshot, bool *out_found,
                                 struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    struct snapshot snapshot = {0};

    if (!db_prepare(db, SQL_NEXT, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_int(stmt, 2, after_sequence);
    if (!db_next(db, stmt, out_found, err)) return false;
    if (!*out_found) return true;
    snapshot.sequence = db_column_int(stmt, 0);
    db_column_text(stmt, 1, snapshot.name, sizeof snapshot.name);
    db_column_text(stmt, 2, snapshot.trigger_id, sizeof snapshot.trigger_id);
    db_column_text(stmt, 3, snapshot.location, sizeof snapshot.location);
    *out_snapshot = snapshot;
    return true;
}
