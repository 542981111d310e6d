// HALT: how the old job of a move ends, and what it leaves.
#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/moves/executor_parts.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/restore_points_keep.h"
#include "controller/moves/restore_points_remove.h"
#include "controller/moves/snapshot_ledger.h"
#include "model/enhanced_snapshot.h"
#include "storage/app_store.h"
#include "storage/job_origin_store.h"
#include "storage/snapshot_store.h"

// Adds the row of the automatic snapshot in the transaction that records the intention to take it.
static bool record_halt(struct execution *run, struct error *err) {
    struct db *db = run->service->db;
    struct move *move = &run->app->move;
    AUTO(db_rollback) struct db_tx tx = {0};
    struct job_spec spec;
    struct snapshot snapshot;
    int64_t version = run->placement->version;

    if (!service_load_spec(run->service, run->app->id, version, &spec, err)) return false;
    if (!snapshot_ledger_free_name(run->service, run->app, err)) return false;
    snapshot_ledger_prepare(run->service, run->app, version, &spec, move->snapshot_name, &snapshot);
    snapshot.is_automatic = true;
    (void)text_copy(move->trigger_id, sizeof move->trigger_id, snapshot.trigger_id);
    if (!db_begin(db, &tx, err)) return false;
    if (!app_store_save(db, run->app, err)) return false;
    if (!event_log_phase(run->service, run->app, "HALT", NULL, err)) return false;
    if (!snapshot_ledger_open(run->service, run->app, &snapshot, NULL, NULL, err)) return false;
    return db_commit(&tx, err);
}

bool execution_halt(struct execution *run, struct error *err) {
    struct move *move = &run->app->move;

    if (move->trigger_id[0] == '\0' && !record_halt(run, err)) return false;
    return execution_request_savepoint(run, move->trigger_id, move->snapshot_name, true, err);
}

static bool find_snapshot_of_move(const struct execution *run, struct snapshot *out_snapshot,
                                  struct error *err) {
    const char *name = run->app->move.snapshot_name;
    bool found;

    if (!snapshot_store_find(run->service->db, run->app->id, name, out_snapshot, &found, err))
        return false;
    return found ||
           error_set(err, ERROR_NOT_FOUND, "no snapshot '%s'", enhanced_snapshot_shown_name(name));
}

// The old job is over and its state is at `location`.
static bool record_halted(struct execution *run, const char *location, struct error *err) {
    struct app *app = run->app;
    struct placement *next = &app->slots[SLOT_NEXT];
    struct snapshot snapshot;

    if (!find_snapshot_of_move(run, &snapshot, err)) return false;
    if (!snapshot_ledger_complete(run->service, app, &snapshot, location, err)) return false;
    app->move.halted = true;
    struct state_ref left = restore_of_snapshot(&snapshot);
    next->from = restore_after_halt(app, &left);
    // PREPARE follows HALT: the next cluster waits for the memory of the old one.
    bool makes_room = next->phase == PLACEMENT_PLANNED;
    char cluster_id[APP_CLUSTER_ID_SIZE];
    (void)text_copy(cluster_id, sizeof cluster_id, run->placement->cluster_id);
    if (makes_room) *run->placement = (struct placement){0};
    if (!execution_record_snapshot(run, &snapshot, "the old job stopped with it", err))
        return false;
    if (makes_room) cluster_retire(&run->service->clusters, cluster_id);
    return true;
}

bool execution_halted(struct execution *run, struct error *err) {
    return record_halted(run, run->cluster->savepoint.location, err);
}

// The cluster died after the savepoint was requested, or the job ended without a report. A
// savepoint that is complete on disk counts; a partial one is removed, and the plan continues
// without it.
bool execution_salvage(struct execution *run, struct error *err) {
    struct db *db = run->service->db;
    struct app *app = run->app;
    AUTO(db_rollback) struct db_tx tx = {0};
    char location[FILE_PATH_MAX];
    struct snapshot snapshot;

    if (!find_snapshot_of_move(run, &snapshot, err)) return false;
    if (state_files_find_savepoint(&run->service->state_files, app->id, &snapshot, location))
        return record_halted(run, location, err);
    if (!restore_points_discard(run->service, app, &snapshot, err)) return false;
    app->move.trigger_id[0] = '\0';
    if (!db_begin(db, &tx, err)) return false;
    if (!snapshot_ledger_drop(run->service, app, &snapshot, err)) return false;
    if (!app_store_save(db, app, err)) return false;
    return db_commit(&tx, err);
}

// A checkpoint stays with its application: it cannot become an enhanced snapshot.
static bool give_up_enhanced(struct execution *run, struct error *err) {
    struct app *app = run->app;
    struct snapshot snapshot;
    bool found;

    if (enhanced_snapshot_of_row_name(app->move.snapshot_name) == NULL) return true;
    if (!snapshot_store_find(run->service->db, app->id, app->move.snapshot_name, &snapshot, &found,
                             err))
        return false;
    snapshot.status = SNAPSHOT_FAILED;
    if (found && !snapshot_ledger_save(run->service, app, &snapshot,
                                       "the job ended without a savepoint", err))
        return false;
    restore_points_name_checkpoint(run->service, app, app->move.snapshot_name);
    return true;
}

// Keeps the state of a job that ended without a savepoint, unless it is FINISHED: that is not
// needed.
static bool keep_what_is_left(struct execution *run, const struct state_ref *left,
                              struct error *err) {
    struct app *app = run->app;

    if (app->move.halt == HALT_DISCARDS || run->cluster->job == JOB_FINISHED) return true;
    if (!give_up_enhanced(run, err)) return false;
    return restore_points_keep(run->service, app, run->placement, left, app->move.snapshot_name,
                               err);
}

// The old job ends without a savepoint: none is wanted, or its cluster cannot take one. Its cluster
// is retired before, so that nothing writes while the newest checkpoint is searched.
static bool drop_job(struct execution *run, struct error *err) {
    struct app *app = run->app;
    struct db *db = run->service->db;
    AUTO(db_rollback) struct db_tx tx = {0};
    struct restore_facts facts;
    bool is_finished = run->cluster->job == JOB_FINISHED;
    bool is_late = false;
    struct snapshot late;

    restore_points_find(run->service, app, &facts);
    if (!db_begin(db, &tx, err)) return false;
    if (is_finished && !restore_points_keep_late(run->service, app, &is_late, &late, err))
        return false;
    struct state_ref left = restore_without_halt(app, &facts, is_late ? &late : NULL);
    if (!keep_what_is_left(run, &left, err)) return false;
    app->slots[SLOT_NEXT].from = restore_after_halt(app, &left);
    app->move.halted = true;
    *run->placement = (struct placement){0};
    if (!app_store_save(db, app, err)) return false;
    if (!event_log_phase(run->service, app, "HALTED", NULL, err)) return false;
    return db_commit(&tx, err);
}

bool execution_drop(struct execution *run, struct error *err) {
    cluster_retire(&run->service->clusters, run->placement->cluster_id);
    if (!run->app->move.halted) return drop_job(run, err);
    // Its job is over: only the warm cluster ends, which was kept for a roll back.
    *run->placement = (struct placement){0};
    return execution_record(run, err);
}

bool execution_halt_again(struct execution *run, struct error *err) {
    struct move *move = &run->app->move;
    struct snapshot snapshot = run->view->snapshot;

    if (!restore_points_discard(run->service, run->app, &snapshot, err)) return false;
    execution_prepare_another_try(run, &snapshot);
    (void)text_copy(move->trigger_id, sizeof move->trigger_id, snapshot.trigger_id);
    return execution_record_snapshot(run, &snapshot,
                                     execution_reason(run, run->cluster->savepoint.failure), err);
}
