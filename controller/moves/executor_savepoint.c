// The steps about savepoints: how the old job of a move ends, and snapshots by hand. Part of the
// executor.
#include "base/random_id.h"
#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/moves/executor_parts.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/restore_points_keep.h"
#include "controller/moves/restore_points_remove.h"
#include "storage/app_store.h"
#include "storage/job_origin_store.h"
#include "storage/snapshot_store.h"

// --- halting ---

// The row of an automatic snapshot, in the same transaction as the intention to take it.
static bool record_halt(struct execution *run, struct error *err) {
    struct db *db = run->service->db;
    struct move *move = &run->app->move;
    AUTO(db_rollback) struct db_tx tx = {0};
    struct job_spec spec;
    struct snapshot snapshot = {.status = SNAPSHOT_CREATING, .is_automatic = true};
    struct restore_facts facts;

    snapshot.version = run->placement->version;
    if (!service_load_spec(run->service, run->app->id, snapshot.version, &spec, err)) return false;
    random_id_hex(move->trigger_id, sizeof move->trigger_id - 1);
    (void)text_copy(snapshot.name, sizeof snapshot.name, move->snapshot_name);
    (void)text_copy(snapshot.trigger_id, sizeof snapshot.trigger_id, move->trigger_id);
    snapshot.runtime = spec.runtime;
    snapshot.created_at_ms = service_now_ms(run->service);
    restore_points_look(run->service, run->app, &facts);
    (void)text_copy(snapshot.after_checkpoint, FILE_PATH_MAX, facts.checkpoints[SLOT_CURRENT]);
    if (!db_begin(db, &tx, err)) return false;
    if (!app_store_save(db, run->app, err)) return false;
    if (!snapshot_store_add(db, run->app->id, &snapshot, err)) return false;
    if (!event_log_phase(run->service, run->app, "HALT", NULL, err)) return false;
    if (!event_log_snapshot(run->service, run->app, snapshot.name, "CREATING", "", err))
        return false;
    return db_commit(&tx, err);
}

static bool request_savepoint(struct execution *run, const char *trigger_id, const char *name,
                              bool stops_job, struct error *err) {
    struct savepoint_request request = {.stops_job = stops_job};

    (void)text_copy(request.trigger_id, sizeof request.trigger_id, trigger_id);
    (void)text_copy(request.snapshot_name, sizeof request.snapshot_name, name);
    return cluster_savepoint(&run->service->clusters, run->placement->cluster_id, &request, err);
}

bool execution_halt(struct execution *run, struct error *err) {
    struct move *move = &run->app->move;

    if (move->trigger_id[0] == '\0' && !record_halt(run, err)) return false;
    return request_savepoint(run, move->trigger_id, move->snapshot_name, true, err);
}

static bool find_snapshot_of_move(const struct execution *run, struct snapshot *out_snapshot,
                                  struct error *err) {
    const char *name = run->app->move.snapshot_name;
    bool found;

    if (!snapshot_store_find(run->service->db, run->app->id, name, out_snapshot, &found, err))
        return false;
    return found || error_set(err, ERROR_NOT_FOUND, "no snapshot '%s'", name);
}

// The old job is over and its state is at `location`.
static bool record_halted(struct execution *run, const char *location, struct error *err) {
    struct app *app = run->app;
    struct placement *next = &app->slots[SLOT_NEXT];
    struct snapshot snapshot;

    if (!find_snapshot_of_move(run, &snapshot, err)) return false;
    snapshot.status = SNAPSHOT_READY;
    (void)text_copy(snapshot.location, sizeof snapshot.location, location);
    app->move.halted = true;
    struct state_ref left = restore_of_snapshot(&snapshot);
    next->from = restore_after_halt(app, &left);
    // PREPARE follows HALT: the memory of the old cluster is what the next one waits for.
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

// The cluster died after the savepoint was asked for, or the job is over and nobody said so. A
// complete one is as good as if we had been told; of half a one nothing is kept, and the plan takes
// it from there.
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
    if (!snapshot_store_remove(db, app->id, app->move.snapshot_name, err)) return false;
    if (!app_store_save(db, app, err)) return false;
    return db_commit(&tx, err);
}

// What a job that ends without a savepoint leaves. Of one that reached its end nothing is wanted.
static bool keep_what_is_left(struct execution *run, const struct state_ref *left,
                              struct error *err) {
    struct app *app = run->app;

    if (app->move.halt == HALT_DISCARDS || run->cluster->job == JOB_FINISHED) return true;
    return restore_points_keep(run->service, app, run->placement, left, app->move.snapshot_name,
                               err);
}

// The old job ends without a savepoint: none is wanted, or nobody is left to take one. What it left
// is looked at when nothing writes any more.
static bool drop_job(struct execution *run, struct error *err) {
    struct app *app = run->app;
    struct db *db = run->service->db;
    AUTO(db_rollback) struct db_tx tx = {0};
    struct restore_facts facts;
    bool is_finished = run->cluster->job == JOB_FINISHED;
    bool is_late = false;
    struct snapshot late;

    restore_points_look(run->service, app, &facts);
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
    // Its job is over: only a cluster that was kept for the way back ends.
    *run->placement = (struct placement){0};
    return execution_record(run, err);
}

// --- another try ---

// By another trigger: the same one again would be no second savepoint.
static void prepare_another_try(const struct execution *run, struct snapshot *snapshot) {
    random_id_hex(snapshot->trigger_id, sizeof snapshot->trigger_id - 1);
    snapshot->tries++;
    snapshot->not_before_ms =
        service_now_ms(run->service) + plan_savepoint_backoff_ms(snapshot->tries);
}

bool execution_halt_again(struct execution *run, struct error *err) {
    struct move *move = &run->app->move;
    struct snapshot snapshot = run->view->snapshot;

    if (!restore_points_discard(run->service, run->app, &snapshot, err)) return false;
    prepare_another_try(run, &snapshot);
    (void)text_copy(move->trigger_id, sizeof move->trigger_id, snapshot.trigger_id);
    return execution_record_snapshot(run, &snapshot,
                                     execution_reason(run, run->cluster->savepoint.failure), err);
}

bool execution_snapshot_again(struct execution *run, struct error *err) {
    struct snapshot snapshot = run->view->snapshot;

    if (!restore_points_discard(run->service, run->app, &snapshot, err)) return false;
    prepare_another_try(run, &snapshot);
    return execution_record_snapshot(run, &snapshot,
                                     execution_reason(run, run->cluster->savepoint.failure), err);
}

// --- manual snapshots and checkpoints ---

bool execution_snapshot(struct execution *run, struct error *err) {
    const struct snapshot *snapshot = &run->view->snapshot;

    return request_savepoint(run, snapshot->trigger_id, snapshot->name, false, err);
}

// A job without a checkpoint of its own, as where checkpointing is disabled, would go back further
// than to its newest snapshot.
static bool become_restore_point(struct execution *run, const struct snapshot *snapshot,
                                 struct error *err) {
    struct placement *current = &run->app->slots[SLOT_CURRENT];
    struct db *db = run->service->db;
    AUTO(db_rollback) struct db_tx tx = {0};
    struct restore_facts facts;

    restore_points_look(run->service, run->app, &facts);
    if (!restore_from_manual(run->app, &facts)) return true;
    const struct state_ref origin = current->from;
    current->from = restore_of_snapshot(snapshot);
    if (origin.origin == STATE_EMPTY) return true;
    if (!db_begin(db, &tx, err)) return false;
    return job_origin_store_keep(db, run->app->id, current->job_id,
                                 run->app->slots[SLOT_NEXT].job_id, err) &&
           job_origin_store_add(db, run->app->id, current->job_id, &origin, err) &&
           db_commit(&tx, err);
}

static bool end_snapshot(struct execution *run, const char *location, const char *reason,
                         struct error *err) {
    struct snapshot snapshot = run->view->snapshot;

    snapshot.status = location == NULL ? SNAPSHOT_FAILED : SNAPSHOT_READY;
    if (location != NULL) {
        (void)text_copy(snapshot.location, sizeof snapshot.location, location);
        if (!become_restore_point(run, &snapshot, err)) return false;
    }
    return execution_record_snapshot(run, &snapshot, reason, err);
}

bool execution_snapshot_done(struct execution *run, struct error *err) {
    return end_snapshot(run, run->cluster->savepoint.location, "", err);
}

bool execution_snapshot_failed(struct execution *run, struct error *err) {
    return end_snapshot(run, NULL, execution_reason(run, run->cluster->savepoint.failure), err);
}

bool execution_snapshot_salvage(struct execution *run, struct error *err) {
    const struct snapshot *snapshot = &run->view->snapshot;
    char location[FILE_PATH_MAX];
    bool found =
        state_files_find_savepoint(&run->service->state_files, run->app->id, snapshot, location);

    // Half a one is of no use to anybody.
    if (!found && !restore_points_discard(run->service, run->app, snapshot, err)) return false;
    return end_snapshot(run, found ? location : NULL, "its cluster was lost", err);
}
