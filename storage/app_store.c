#include "storage/app_store.h"

#include "base/log.h"
#include "model/app_check.h"
#include "storage/db_statement.h"

#include <stdlib.h>

#define COLUMNS                                                                                    \
    "id, account, region, name, status, version, current_parallelism, restore_type,"               \
    " restore_snapshot, allow_non_restored, last_checkpoint, cluster_count, created_at_ms,"        \
    " updated_at_ms, maintenance_start, recoveries, job_restarts, total_restarts"

static const char SQL_ADD[] =
    "INSERT INTO app (id, account, region, name, status, version, current_parallelism,"
    " created_at_ms, updated_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char SQL_SAVE[] =
    "UPDATE app SET status = ?2, version = ?3, current_parallelism = ?4, restore_type = ?5,"
    " restore_snapshot = ?6, allow_non_restored = ?7, last_checkpoint = ?8, cluster_count = ?9,"
    " updated_at_ms = ?10, maintenance_start = ?11, recoveries = ?12,"
    " job_restarts = ?13, total_restarts = ?14 WHERE id = ?1";
static const char SQL_FIND[] =
    "SELECT " COLUMNS " FROM app WHERE account = ?1 AND region = ?2 AND name = ?3";
static const char SQL_LOAD[] = "SELECT " COLUMNS " FROM app WHERE id = ?1";
static const char SQL_REMOVE[] = "DELETE FROM app WHERE id = ?1";

static const char SQL_SAVE_PLACEMENT[] =
    "INSERT OR REPLACE INTO placement (app_id, slot, phase, cluster_id, job_id, version,"
    " parallelism, restore_path, allow_non_restored, attempt, not_before_ms, restore_origin,"
    " restore_job_id, up_since_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
    " ?14)";
static const char SQL_REMOVE_PLACEMENT[] = "DELETE FROM placement WHERE app_id = ?1 AND slot = ?2";
static const char SQL_LOAD_PLACEMENT[] =
    "SELECT phase, cluster_id, job_id, version, parallelism, restore_path, allow_non_restored,"
    " attempt, not_before_ms, restore_origin, restore_job_id, up_since_ms FROM placement"
    " WHERE app_id = ?1 AND slot = ?2";

static const char SQL_SAVE_MOVE[] =
    "INSERT OR REPLACE INTO move (app_id, kind, operation_id, takes_snapshot, snapshot_name,"
    " trigger_id, restores_halt, halted, previous_version, failure, started_at_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
static const char SQL_REMOVE_MOVE[] = "DELETE FROM move WHERE app_id = ?1";
static const char SQL_LOAD_MOVE[] =
    "SELECT kind, operation_id, takes_snapshot, snapshot_name, trigger_id, restores_halt, halted,"
    " previous_version, failure, started_at_ms FROM move WHERE app_id = ?1";

static const char *const slot_names[SLOT_COUNT] = {
    [SLOT_CURRENT] = "CURRENT",
    [SLOT_NEXT] = "NEXT",
};

// --- placements ---

static bool save_placement(struct db *db, const char *app_id, enum app_slot slot,
                           const struct placement *placement, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool is_empty = placement->phase == PLACEMENT_EMPTY;

    if (!db_prepare(db, is_empty ? SQL_REMOVE_PLACEMENT : SQL_SAVE_PLACEMENT, &stmt, err))
        return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, slot_names[slot]);
    if (is_empty) return db_run(db, stmt, err);
    db_bind_text(stmt, 3, placement_phase_name(placement->phase));
    db_bind_text(stmt, 4, placement->cluster_id);
    db_bind_text(stmt, 5, placement->job_id);
    db_bind_int(stmt, 6, placement->version);
    db_bind_int(stmt, 7, placement->parallelism);
    db_bind_text(stmt, 8, placement->from.path);
    db_bind_int(stmt, 9, placement->allow_non_restored_state);
    db_bind_int(stmt, 10, placement->attempt);
    db_bind_int(stmt, 11, placement->not_before_ms);
    db_bind_text(stmt, 12, state_origin_name(placement->from.origin));
    db_bind_text(stmt, 13, placement->from.job_id);
    db_bind_int(stmt, 14, placement->up_since_ms);
    return db_run(db, stmt, err);
}

static bool load_placement(struct db *db, const char *app_id, enum app_slot slot,
                           struct placement *out, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    struct placement placement = {0};
    char phase[16];
    char origin[16];
    bool row;

    if (!db_prepare(db, SQL_LOAD_PLACEMENT, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    db_bind_text(stmt, 2, slot_names[slot]);
    if (!db_next(db, stmt, &row, err)) return false;
    if (row) {
        db_column_text(stmt, 0, phase, sizeof phase);
        if (!placement_phase_from_name(phase, &placement.phase))
            return error_set(err, ERROR_UNAVAILABLE, "database: unknown phase '%s'", phase);
        db_column_text(stmt, 1, placement.cluster_id, sizeof placement.cluster_id);
        db_column_text(stmt, 2, placement.job_id, sizeof placement.job_id);
        placement.version = db_column_int(stmt, 3);
        placement.parallelism = (int)db_column_int(stmt, 4);
        db_column_text(stmt, 5, placement.from.path, sizeof placement.from.path);
        placement.allow_non_restored_state = db_column_int(stmt, 6) != 0;
        placement.attempt = (int)db_column_int(stmt, 7);
        placement.not_before_ms = db_column_int(stmt, 8);
        db_column_text(stmt, 9, origin, sizeof origin);
        if (!state_origin_from_name(origin, &placement.from.origin))
            return error_set(err, ERROR_UNAVAILABLE, "database: unknown origin '%s'", origin);
        db_column_text(stmt, 10, placement.from.job_id, sizeof placement.from.job_id);
        placement.up_since_ms = db_column_int(stmt, 11);
    }
    *out = placement;
    return true;
}

// --- the move ---

static bool save_move(struct db *db, const char *app_id, const struct move *move,
                      struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    bool is_none = move->kind == MOVE_NONE;

    if (!db_prepare(db, is_none ? SQL_REMOVE_MOVE : SQL_SAVE_MOVE, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    if (is_none) return db_run(db, stmt, err);
    db_bind_text(stmt, 2, move_kind_name(move->kind));
    db_bind_text(stmt, 3, move->operation_id);
    db_bind_int(stmt, 4, move->halt);
    db_bind_text(stmt, 5, move->snapshot_name);
    db_bind_text(stmt, 6, move->trigger_id);
    db_bind_int(stmt, 7, move->restores_halt);
    db_bind_int(stmt, 8, move->halted);
    db_bind_int(stmt, 9, move->previous_version);
    db_bind_text(stmt, 10, move->failure);
    db_bind_int(stmt, 11, move->started_at_ms);
    return db_run(db, stmt, err);
}

static bool load_move(struct db *db, const char *app_id, struct move *out, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    struct move move = {0};
    char kind[16];
    bool row;

    if (!db_prepare(db, SQL_LOAD_MOVE, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    if (!db_next(db, stmt, &row, err)) return false;
    if (row) {
        db_column_text(stmt, 0, kind, sizeof kind);
        if (!move_kind_from_name(kind, &move.kind))
            return error_set(err, ERROR_UNAVAILABLE, "database: unknown move '%s'", kind);
        db_column_text(stmt, 1, move.operation_id, sizeof move.operation_id);
        int64_t halt = db_column_int(stmt, 2);
        if (halt < 0 || halt >= HALT_KIND_COUNT)
            return error_set(err, ERROR_UNAVAILABLE, "database: unknown halt %lld",
                             (long long)halt);
        move.halt = (enum halt_kind)halt;
        db_column_text(stmt, 3, move.snapshot_name, sizeof move.snapshot_name);
        db_column_text(stmt, 4, move.trigger_id, sizeof move.trigger_id);
        move.restores_halt = db_column_int(stmt, 5) != 0;
        move.halted = db_column_int(stmt, 6) != 0;
        move.previous_version = db_column_int(stmt, 7);
        db_column_text(stmt, 8, move.failure, sizeof move.failure);
        move.started_at_ms = db_column_int(stmt, 9);
    }
    *out = move;
    return true;
}

// --- the application ---

static bool save_parts(struct db *db, const struct app *app, struct error *err) {
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        if (!save_placement(db, app->id, (enum app_slot)slot, &app->slots[slot], err)) return false;
    return save_move(db, app->id, &app->move, err);
}

// It has no row in `placement` and none in `move`.
static bool has_no_parts(const struct app *app) {
    return app->move.kind == MOVE_NONE && app->slots[SLOT_CURRENT].phase == PLACEMENT_EMPTY &&
           app->slots[SLOT_NEXT].phase == PLACEMENT_EMPTY;
}

// A record that contradicts itself is a mistake of the program. Test builds abort. A release
// refuses the write: the last consistent record stays, and the step or call fails with the reason.
static bool check(const struct app *app, struct error *err) {
    const char *broken = app_check(app);

    if (broken == NULL) return true;
#ifdef KOBEL_CHECK_RECORDS
    log_error("storage", "inconsistent record", "app=%s status=%s move=%s rule=\"%s\"", app->name,
              app_status_name(app->status), move_kind_name(app->move.kind), broken);
    abort();
#endif
    return error_set(err, ERROR_SYSTEM, "the record of application '%s' breaks a rule: %s",
                     app->name, broken);
}

bool app_store_add(struct db *db, const struct app *app, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!check(app, err) || !db_prepare(db, SQL_ADD, &stmt, err)) return false;
    db_bind_text(stmt, 1, app->id);
    db_bind_text(stmt, 2, app->scope.account);
    db_bind_text(stmt, 3, app->scope.region);
    db_bind_text(stmt, 4, app->name);
    db_bind_text(stmt, 5, app_status_name(app->status));
    db_bind_int(stmt, 6, app->version);
    db_bind_int(stmt, 7, app->current_parallelism);
    db_bind_int(stmt, 8, app->created_at_ms);
    db_bind_int(stmt, 9, app->updated_at_ms);
    // UNIQUE(account, region, name) decides; a SELECT first would only add a second truth.
    if (!db_run(db, stmt, err)) return error_prefix(err, "add application '%s'", app->name);
    return has_no_parts(app) || save_parts(db, app, err);
}

bool app_store_save(struct db *db, const struct app *app, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;
    const struct run_configuration *run = &app->run_configuration;

    if (!check(app, err) || !db_prepare(db, SQL_SAVE, &stmt, err)) return false;
    db_bind_text(stmt, 1, app->id);
    db_bind_text(stmt, 2, app_status_name(app->status));
    db_bind_int(stmt, 3, app->version);
    db_bind_int(stmt, 4, app->current_parallelism);
    db_bind_text(stmt, 5, app->has_run_configuration ? restore_type_name(run->restore_type) : NULL);
    db_bind_text(stmt, 6, run->snapshot_name);
    db_bind_int(stmt, 7, run->allow_non_restored_state);
    db_bind_text(stmt, 8, app->last_checkpoint);
    db_bind_int(stmt, 9, app->cluster_count);
    db_bind_int(stmt, 10, app->updated_at_ms);
    db_bind_text(stmt, 11, app->maintenance_start);
    db_bind_int(stmt, 12, app->recoveries);
    db_bind_int(stmt, 13, app->job_restarts);
    db_bind_int(stmt, 14, app->total_restarts);
    if (!db_run(db, stmt, err)) return error_prefix(err, "save application '%s'", app->name);
    if (db_changes(db) != 1)
        return error_set(err, ERROR_NOT_FOUND, "no application with id '%s'", app->id);
    return save_parts(db, app, err);
}

static bool read_run_configuration(sqlite3_stmt *stmt, struct app *app, struct error *err) {
    char restore[40];

    db_column_text(stmt, 7, restore, sizeof restore);
    if (restore[0] == '\0') return true;
    app->has_run_configuration = true;
    if (!restore_type_from_name(restore, &app->run_configuration.restore_type))
        return error_set(err, ERROR_UNAVAILABLE, "database: unknown restore type '%s'", restore);
    db_column_text(stmt, 8, app->run_configuration.snapshot_name,
                   sizeof app->run_configuration.snapshot_name);
    app->run_configuration.allow_non_restored_state = db_column_int(stmt, 9) != 0;
    return true;
}

static bool read_app(sqlite3_stmt *stmt, struct app *app, struct error *err) {
    char status[20];

    db_column_text(stmt, 0, app->id, sizeof app->id);
    db_column_text(stmt, 1, app->scope.account, sizeof app->scope.account);
    db_column_text(stmt, 2, app->scope.region, sizeof app->scope.region);
    db_column_text(stmt, 3, app->name, sizeof app->name);
    db_column_text(stmt, 4, status, sizeof status);
    if (!app_status_from_name(status, &app->status))
        return error_set(err, ERROR_UNAVAILABLE, "database: unknown status '%s'", status);
    app->version = db_column_int(stmt, 5);
    app->current_parallelism = (int)db_column_int(stmt, 6);
    db_column_text(stmt, 10, app->last_checkpoint, sizeof app->last_checkpoint);
    app->cluster_count = db_column_int(stmt, 11);
    app->created_at_ms = db_column_int(stmt, 12);
    app->updated_at_ms = db_column_int(stmt, 13);
    db_column_text(stmt, 14, app->maintenance_start, sizeof app->maintenance_start);
    app->recoveries = db_column_int(stmt, 15);
    app->job_restarts = (int)db_column_int(stmt, 16);
    app->total_restarts = db_column_int(stmt, 17);
    return read_run_configuration(stmt, app, err);
}

// The bound statement's row with its parts. *out_found is false when there is none.
static bool load_row(struct db *db, sqlite3_stmt *stmt, struct app *out_app, bool *out_found,
                     struct error *err) {
    struct app app = {0};
    bool row;

    if (!db_next(db, stmt, &row, err)) return false;
    if (row) {
        if (!read_app(stmt, &app, err)) return false;
        for (int slot = 0; slot < SLOT_COUNT; slot++)
            if (!load_placement(db, app.id, (enum app_slot)slot, &app.slots[slot], err))
                return false;
        if (!load_move(db, app.id, &app.move, err)) return false;
        *out_app = app;
    }
    *out_found = row;
    return true;
}

bool app_store_find(struct db *db, const struct app_scope *scope, const char *name,
                    struct app *out_app, bool *out_found, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_FIND, &stmt, err)) return false;
    db_bind_text(stmt, 1, scope->account);
    db_bind_text(stmt, 2, scope->region);
    db_bind_text(stmt, 3, name);
    return load_row(db, stmt, out_app, out_found, err);
}

bool app_store_load(struct db *db, const char *app_id, struct app *out_app, bool *out_found,
                    struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_LOAD, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    return load_row(db, stmt, out_app, out_found, err);
}

bool app_store_remove(struct db *db, const char *app_id, struct error *err) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    if (!db_prepare(db, SQL_REMOVE, &stmt, err)) return false;
    db_bind_text(stmt, 1, app_id);
    return db_run(db, stmt, err);
}
