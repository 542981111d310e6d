#include "storage/job_origin_store.h"

#include "storage/db_statement.h"

static const char SQL_ADD[] = "INSERT INTO job_origin (app_id, job_id, location, origin_job_id)"
                              " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
static const char SQL_FIND[] =
    "SELECT location, origin_job_id FROM job_origin WHERE app_id = ?1 AND job_id = ?2";
static const char SQL_KEEP[] =
    "DELETE FROM job_origin WHERE app_id = ?1 AND job_id <> ?2 AND job_id <> ?3";

bool job_origin_store_add(struct db *db, const char *app_id, const char *job_id,
                          const struct state_ref *origin, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_ADD, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, job_id);
    db_bind_text(stmt, 3, origin->path);
    db_bind_text(stmt, 4, origin->job_id);
    return db_run(db, stmt, err);
}

bool job_origin_store_find(struct db *db, const char *app_id, const char *job_id,
                           struct state_ref *out_origin, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    struct state_ref origin = {0};
    bool row;

    if (!db_prepare(db, SQL_FIND, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, job_id);
    if (!db_next(db, stmt, &row, err)) return false;
    if (row) {
        db_column_text(stmt, 0, origin.path, sizeof origin.path);
        db_column_text(stmt, 1, origin.job_id, sizeof origin.job_id);
        origin.origin = origin.job_id[0] == '\0' ? STATE_SNAPSHOT : STATE_CHECKPOINT;
    }
    *out_origin = origin;
    return true;
}

bool job_origin_store_keep(struct db *db, const char *app_id, const char *job_id,
                           const char *other_job_id, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_KEEP, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, job_id);
    db_bind_text(stmt, 3, other_job_id);
    return db_run(db, stmt, err);
}
