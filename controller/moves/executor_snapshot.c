// Manual snapshots: savepoints of a job that continues.
#include "base/random_id.h"
#include "base/text.h"
#include "controller/moves/executor_parts.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/restore_points_remove.h"
#include "controller/moves/snapshot_ledger.h"
#include "storage/job_origin_store.h"

// --- savepoints, also those of HALT ---

bool execution_request_savepoint(struct execution *run, const char *trigger_id, const char *name,
                                 bool stops_job, struct error *err) {
    struct savepoint_request request = {.stops_job = stops_job};

    (void)text_copy(request.trigger_id, sizeof request.trigger_id, trigger_id);
    (void)text_copy(request.snapshot_name, sizeof request.snapshot_name, name);
    return cluster_savepoint(&run->service->clusters, run->placement->cluster_id, &request, err);
}

void execution_prepare_another_try(const struct execution *run, struct snapshot *snapshot) {
    random_id_hex(snapshot->trigger_id, sizeof snapshot->trigger_id - 1);
    snapshot->tries++;
    snapshot->not_before_ms =
        service_now_ms(run->service) + plan_savepoint_backoff_ms(snapshot->tries);
}

// --- the steps ---

bool execution_snapshot(struct execution *run, struct error *err) {
    const struct snapshot *snapshot = &run->view->snapshot;

    return execution_request_savepoint(run, snapshot->trigger_id, snapshot->name, false, err);
}

// A job that is submitted again starts from this snapshot where it has no checkpoint of its own;
// what the job itself was started from is recorded, since Flink still restores that.
static bool restart_from(struct execution *run, const struct snapshot *snapshot,
                         struct error *err) {
    struct placement *current = &run->app->slots[SLOT_CURRENT];
    struct db *db = run->service->db;
    AUTO(db_rollback) struct db_tx tx = {0};
    struct restore_facts facts;

    restore_points_find(run->service, run->app, &facts);
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

static bool finish(struct execution *run, const char *location, const char *reason,
                   struct error *err) {
    struct snapshot snapshot = run->view->snapshot;

    snapshot.status = SNAPSHOT_FAILED;
    if (location != NULL) {
        if (!snapshot_ledger_complete(run->service, run->app, &snapshot, location, err))
            return false;
        if (!restart_from(run, &snapshot, err)) return false;
    }
    return execution_record_snapshot(run, &snapshot, reason, err);
}

bool execution_snapshot_done(struct execution *run, struct error *err) {
    return finish(run, run->cluster->savepoint.location, "", err);
}

bool execution_snapshot_failed(struct execution *run, struct error *err) {
    return finish(run, NULL, execution_reason(run, run->cluster->savepoint.failure), err);
}

bool execution_snapshot_salvage(struct execution *run, struct error *err) {
    const struct snapshot *snapshot = &run->view->snapshot;
    char location[FILE_PATH_MAX];
    bool found =
        state_files_find_savepoint(&run->service->state_files, run->app->id, snapshot, location);

    if (!found && !restore_points_discard(run->service, run->app, snapshot, err)) return false;
    bool has_ended = run->app->slots[SLOT_CURRENT].phase == PLACEMENT_ENDED;
    return finish(run, found ? location : NULL,
                  has_ended ? "the job has reached its end" : "its cluster was lost", err);
}

bool execution_snapshot_again(struct execution *run, struct error *err) {
    struct snapshot snapshot = run->view->snapshot;

    if (!restore_points_discard(run->service, run->app, &snapshot, err)) return false;
    execution_prepare_another_try(run, &snapshot);
    return execution_record_snapshot(run, &snapshot,
                                     execution_reason(run, run->cluster->savepoint.failure), err);
}
