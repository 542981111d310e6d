#include "controller/executor.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/event_log.h"
#include "controller/faults.h"
#include "controller/move_end.h"
#include "controller/retention.h"
#include "controller/sizing.h"
#include "controller/spare.h"
#include "controller/trouble.h"
#include "storage/snapshot_store.h"

#include <string.h>

// What a step works on. Steps write `app` and hand it to record(); the caller's copy follows only
// after the commit.
struct execution {
    struct app_service *service;
    struct app *app;
    const struct plan_view *view;
    const struct step *step;
    struct placement *placement; // of step->slot
    const struct cluster_view *cluster;
    bool is_gone;
};

static bool record(struct execution *run, struct error *err) {
    struct db *db = run->service->db;
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!db_begin(db, &tx, err)) return false;
    if (!app_store_save(db, run->app, err)) return false;
    return db_commit(&tx, err);
}

// The same, and says so in the history: as a phase of the move, or of the recovery where there is
// none. `detail` is taken.
static bool record_phase(struct execution *run, const char *phase, const char *message,
                         json_t *detail, struct error *err) {
    struct db *db = run->service->db;
    AUTO(db_rollback) struct db_tx tx = {0};
    bool is_move = run->app->move.kind != MOVE_NONE;

    json_put_text(detail, "cluster", run->placement->cluster_id);
    bool is_told = db_begin(db, &tx, err) && app_store_save(db, run->app, err);
    if (!is_told) {
        json_decref(detail);
        return false;
    }
    is_told = is_move ? event_log_phase(run->service, run->app, phase, detail, err)
                      : trouble_add_recovery(run->service, run->app, phase, message, detail, err);
    return is_told && db_commit(&tx, err);
}

static bool record_with_snapshot(struct execution *run, const struct snapshot *snapshot,
                                 const char *reason, struct error *err) {
    struct db *db = run->service->db;
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!db_begin(db, &tx, err)) return false;
    if (!app_store_save(db, run->app, err)) return false;
    if (!snapshot_store_save(db, run->app->id, snapshot, err)) return false;
    if (!event_log_snapshot(run->service, run->app, snapshot->name,
                            snapshot_status_name(snapshot->status), reason, err))
        return false;
    return db_commit(&tx, err);
}

// The cluster of the slot failed once more: another is planned, later each time.
static void plan_again(struct execution *run, const char *reason) {
    struct placement *placement = run->placement;

    placement->phase = PLACEMENT_PLANNED;
    placement->attempt++;
    placement->retry_at_ms =
        service_now_ms(run->service) + plan_backoff_ms(placement->attempt, run->app->id);
    (void)text_copy(run->app->move.failure, sizeof run->app->move.failure, reason);
}

// --- launching and submitting ---

// Where the job starts from: the newest checkpoint of the last job that ran for this slot is newer
// than what that job itself was restored from.
static void resolve_restore_path(struct execution *run) {
    const struct cluster_port *clusters = &run->service->clusters;
    char path[FILE_PATH_MAX];

    if (run->placement->job_id[0] == '\0') return;
    if (!clusters->ops->find_checkpoint(clusters->self, run->app->id, run->placement->job_id, path))
        return;
    (void)text_copy(run->placement->restore_path, sizeof run->placement->restore_path, path);
}

// Nobody waits for the new cluster itself, only for the gap between the jobs, as long as the old
// one works. Where the first try went wrong, none is made to look good.
static bool is_worth_priming(const struct execution *run) {
    const struct app *app = run->app;

    return run->step->slot == SLOT_NEXT && !app->move.halted &&
           app->slots[SLOT_CURRENT].phase == PLACEMENT_UP && run->placement->attempt == 0;
}

static bool run_launch(struct execution *run, struct error *err) {
    const struct cluster_port *clusters = &run->service->clusters;
    AUTO(app_version_release) struct app_version version = {0};
    struct job_spec spec;
    struct launch_spec launch = {0};
    struct error refused;

    if (!version_store_load(run->service->db, run->app->id, run->placement->version, &version, err))
        return false;
    job_spec_read(&version, &spec);
    resolve_restore_path(run);
    run->app->cluster_count++;
    (void)text_format(run->placement->cluster_id, sizeof run->placement->cluster_id, "%s-%llx",
                      run->app->id, (unsigned long long)run->app->cluster_count);
    run->placement->phase = PLACEMENT_LAUNCHED;
    if (!record_phase(run, "PREPARE", "another cluster is launched", json_new_object(), err))
        return false;

    (void)text_copy(launch.cluster_id, sizeof launch.cluster_id, run->placement->cluster_id);
    (void)text_copy(launch.app_id, sizeof launch.app_id, run->app->id);
    launch.runtime = spec.runtime;
    launch.size = sizing_for(run->service->profile, &spec, run->placement->parallelism);
    (void)text_copy(launch.log_level, sizeof launch.log_level, spec.log_level);
    launch.primes = is_worth_priming(run);
    if (faults_take_refusal(run->service, run->app->id))
        (void)error_set(&refused, ERROR_SYSTEM, "the launch was refused on purpose");
    else if (clusters->ops->launch(clusters->self, &launch, &refused))
        return true;

    plan_again(run, refused.message);
    // What is not installed does not come by waiting a second.
    if (refused.kind == ERROR_UNAVAILABLE && run->placement->attempt < PLAN_ATTEMPTS_MAX)
        run->placement->attempt = PLAN_ATTEMPTS_MAX;
    return record(run, err);
}

// Why the cluster, or the savepoint on it, is given up: what Flink or the cluster says, unless it
// is kobel that can get no further with it.
static const char *reason_of(const struct execution *run, const char *failure) {
    return run->view->hopeless[0] != '\0' ? run->view->hopeless : failure;
}

static bool record_loss(struct execution *run, struct error *err) {
    int attempt = run->placement->attempt;
    int64_t retry_ms = plan_backoff_ms(attempt, run->app->id);
    const char *reason = reason_of(run, run->cluster->failure);
    json_t *detail = json_new_object();
    char message[APP_FAILURE_SIZE + 128];

    if (run->step->slot == SLOT_CURRENT) run->app->recoveries++;
    json_put_text(detail, "reason", reason);
    json_put_int(detail, "attempt", attempt);
    json_put_int(detail, "retryInMs", retry_ms);
    if (attempt > 1)
        (void)text_format(message, sizeof message,
                          "%d clusters in a row were lost, the next one is launched in %.1f s: %s",
                          attempt, (double)retry_ms / 1000, reason);
    else
        (void)text_format(message, sizeof message, "a cluster was lost: %s", reason);
    return record_phase(run, "LOST", message, detail, err);
}

static bool run_relaunch(struct execution *run, struct error *err) {
    const struct cluster_port *clusters = &run->service->clusters;
    char cluster_id[APP_CLUSTER_ID_SIZE];

    (void)text_copy(cluster_id, sizeof cluster_id, run->placement->cluster_id);
    if (run->cluster->health == CLUSTER_ABSENT) {
        // Launched by a daemon that is gone, or never: that is no failure of the cluster.
        run->placement->phase = PLACEMENT_PLANNED;
        run->placement->retry_at_ms = 0;
        if (!record(run, err)) return false;
    } else {
        int64_t up_for_ms = service_now_ms(run->service) - run->placement->retry_at_ms;
        bool has_checkpoint = strstr(run->app->last_checkpoint, run->placement->job_id) != NULL;
        if (run->placement->phase == PLACEMENT_UP && plan_was_stable(up_for_ms, has_checkpoint))
            run->placement->attempt = 0;
        plan_again(run, reason_of(run, run->cluster->failure));
        if (!record_loss(run, err)) return false;
    }
    clusters->ops->retire(clusters->self, cluster_id);
    return true;
}

// Where a job starts from, in words that leave no doubt about what is lost (issue of many a night:
// checkpointing switched off, and nobody remembers).
static bool record_submission(struct execution *run, const struct job_spec *spec,
                              struct error *err) {
    const struct placement *placement = run->placement;
    json_t *detail = json_new_object();
    const char *name = strrchr(placement->restore_path, '/');
    const char *message = "the job is submitted again, from the last snapshot: it has not "
                          "completed a checkpoint yet";

    json_put_text(detail, "job", placement->job_id);
    json_put_text(detail, "restoredFrom", placement->restore_path);
    if (name == NULL)
        message =
            spec->checkpointing_enabled
                ? "the job is submitted again, empty: it has neither a checkpoint nor a "
                  "snapshot"
                : "the job is submitted again, empty: checkpointing is disabled, and there is "
                  "no snapshot of it";
    else if (text_starts_with(name, "/chk-"))
        message = "the job is submitted again, from its newest checkpoint";
    else if (!spec->checkpointing_enabled)
        message = "the job is submitted again, from the last snapshot: checkpointing is disabled";
    return record_phase(run, "SUBMIT", message, detail, err);
}

static bool run_submit(struct execution *run, struct error *err) {
    const struct cluster_port *clusters = &run->service->clusters;
    AUTO(app_version_release) struct app_version version = {0};
    struct submission job = {0};

    if (!version_store_load(run->service->db, run->app->id, run->placement->version, &version, err))
        return false;
    job_spec_read(&version, &job.spec);
    job.spec.parallelism = run->placement->parallelism;
    if (run->placement->phase != PLACEMENT_SUBMITTED) {
        // Chosen and recorded before it is sent, so that a repeated submission is recognised.
        digest_random_hex(run->placement->job_id, APP_JOB_ID_SIZE - 1);
        run->placement->phase = PLACEMENT_SUBMITTED;
        if (run->step->slot == SLOT_CURRENT) run->app->job_restarts = 0;
        if (!record_submission(run, &job.spec, err)) return false;
    }
    AUTO(memory_free) char *properties = job_spec_properties_text(&version);
    (void)text_copy(job.job_id, sizeof job.job_id, run->placement->job_id);
    job.properties_text = properties;
    job.restore_path = run->placement->restore_path;
    job.allow_non_restored_state = run->placement->allow_non_restored_state;
    if (clusters->ops->submit(clusters->self, run->placement->cluster_id, &job, err)) return true;
    if (err->kind != ERROR_NOT_FOUND) return false;

    // The code is not there any more: no later attempt will find it.
    plan_again(run, err->message);
    run->placement->attempt = PLAN_ATTEMPTS_MAX;
    return record(run, err);
}

static bool run_see_up(struct execution *run, struct error *err) {
    run->placement->phase = PLACEMENT_UP;
    run->placement->retry_at_ms = service_now_ms(run->service);
    if (!record_phase(run, "UP", "every vertex is RUNNING again", json_new_object(), err))
        return false;
    spare_keep(run->service, run->app);
    return true;
}

// --- halting ---

// The row of an automatic snapshot, in the same transaction as the intention to take it.
static bool record_halt(struct execution *run, struct error *err) {
    struct db *db = run->service->db;
    struct move *move = &run->app->move;
    AUTO(app_version_release) struct app_version version = {0};
    AUTO(db_rollback) struct db_tx tx = {0};
    struct job_spec spec;
    struct snapshot snapshot = {.status = SNAPSHOT_CREATING, .is_automatic = true};

    snapshot.version = run->placement->version;
    if (!version_store_load(db, run->app->id, snapshot.version, &version, err)) return false;
    job_spec_read(&version, &spec);
    digest_random_hex(move->trigger_id, sizeof move->trigger_id - 1);
    (void)text_copy(snapshot.name, sizeof snapshot.name, move->snapshot_name);
    (void)text_copy(snapshot.trigger_id, sizeof snapshot.trigger_id, move->trigger_id);
    snapshot.runtime = spec.runtime;
    snapshot.created_at_ms = service_now_ms(run->service);
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
    const struct cluster_port *clusters = &run->service->clusters;
    struct savepoint_request request = {.stops_job = stops_job};

    (void)text_copy(request.trigger_id, sizeof request.trigger_id, trigger_id);
    (void)text_copy(request.snapshot_name, sizeof request.snapshot_name, name);
    return clusters->ops->savepoint(clusters->self, run->placement->cluster_id, &request, err);
}

static bool run_halt(struct execution *run, struct error *err) {
    struct move *move = &run->app->move;

    if (move->trigger_id[0] == '\0' && !record_halt(run, err)) return false;
    return request_savepoint(run, move->trigger_id, move->snapshot_name, true, err);
}

// The old job is over and its state is at `location`.
static bool record_halted(struct execution *run, const char *location, struct error *err) {
    struct app *app = run->app;
    struct placement *next = &app->slots[SLOT_NEXT];
    const struct cluster_port *clusters = &run->service->clusters;
    struct snapshot snapshot;

    if (!snapshot_store_find(run->service->db, app->id, app->move.snapshot_name, &snapshot, err))
        return false;
    snapshot.status = SNAPSHOT_READY;
    (void)text_copy(snapshot.location, sizeof snapshot.location, location);
    app->move.halted = true;
    if (app->move.restores_halt)
        (void)text_copy(next->restore_path, sizeof next->restore_path, location);
    // PREPARE follows HALT: the memory of the old cluster is what the next one waits for.
    bool makes_room = next->phase == PLACEMENT_PLANNED;
    char cluster_id[APP_CLUSTER_ID_SIZE];
    (void)text_copy(cluster_id, sizeof cluster_id, run->placement->cluster_id);
    if (makes_room) *run->placement = (struct placement){0};
    if (!record_with_snapshot(run, &snapshot, "the old job stopped with it", err)) return false;
    if (makes_room) clusters->ops->retire(clusters->self, cluster_id);
    return true;
}

static bool run_halted(struct execution *run, struct error *err) {
    return record_halted(run, run->cluster->savepoint.location, err);
}

// The cluster died after the savepoint was asked for. A complete one is as good as if we had been
// told; of half a one nothing is kept, and the plan takes it from there.
static bool run_salvage(struct execution *run, struct error *err) {
    struct db *db = run->service->db;
    struct app *app = run->app;
    const struct cluster_port *clusters = &run->service->clusters;
    AUTO(db_rollback) struct db_tx tx = {0};
    char location[FILE_PATH_MAX];

    if (clusters->ops->find_savepoint(clusters->self, app->id, app->move.snapshot_name, location))
        return record_halted(run, location, err);
    if (!clusters->ops->remove_snapshot(clusters->self, app->id, app->move.snapshot_name, err))
        return false;
    app->move.trigger_id[0] = '\0';
    if (!db_begin(db, &tx, err)) return false;
    if (!snapshot_store_remove(db, app->id, app->move.snapshot_name, err)) return false;
    if (!app_store_save(db, app, err)) return false;
    return db_commit(&tx, err);
}

static bool run_drop(struct execution *run, struct error *err) {
    struct app *app = run->app;
    const struct cluster_port *clusters = &run->service->clusters;
    char cluster_id[APP_CLUSTER_ID_SIZE];

    // Where a savepoint was wanted and nobody is left to take it, the newest checkpoint takes its
    // place.
    if (app->move.takes_snapshot && app->move.restores_halt) {
        resolve_restore_path(run);
        (void)text_copy(app->slots[SLOT_NEXT].restore_path, FILE_PATH_MAX,
                        run->placement->restore_path);
    }
    (void)text_copy(cluster_id, sizeof cluster_id, run->placement->cluster_id);
    app->move.halted = true;
    *run->placement = (struct placement){0};
    if (!record_phase(run, "HALTED", "the old job was dropped", json_new_object(), err))
        return false;
    clusters->ops->retire(clusters->self, cluster_id);
    return true;
}

// --- manual snapshots and checkpoints ---

static bool run_snapshot(struct execution *run, struct error *err) {
    const struct snapshot *snapshot = &run->view->snapshot;

    return request_savepoint(run, snapshot->trigger_id, snapshot->name, false, err);
}

// A job without a checkpoint of its own, as where checkpointing is disabled, would go back further
// than to its newest snapshot.
static void become_restore_point(struct execution *run, const char *location) {
    const struct cluster_port *clusters = &run->service->clusters;
    struct placement *current = &run->app->slots[SLOT_CURRENT];
    char checkpoint[FILE_PATH_MAX];

    if (clusters->ops->find_checkpoint(clusters->self, run->app->id, current->job_id, checkpoint))
        return;
    (void)text_copy(current->restore_path, sizeof current->restore_path, location);
}

static bool end_snapshot(struct execution *run, const char *location, const char *reason,
                         struct error *err) {
    struct snapshot snapshot = run->view->snapshot;

    snapshot.status = location == NULL ? SNAPSHOT_FAILED : SNAPSHOT_READY;
    if (location != NULL) {
        (void)text_copy(snapshot.location, sizeof snapshot.location, location);
        become_restore_point(run, location);
    }
    return record_with_snapshot(run, &snapshot, reason, err);
}

static bool run_snapshot_done(struct execution *run, struct error *err) {
    return end_snapshot(run, run->cluster->savepoint.location, "", err);
}

static bool run_snapshot_failed(struct execution *run, struct error *err) {
    return end_snapshot(run, NULL, reason_of(run, run->cluster->savepoint.failure), err);
}

static bool run_snapshot_salvage(struct execution *run, struct error *err) {
    const struct cluster_port *clusters = &run->service->clusters;
    char location[FILE_PATH_MAX];
    bool found = clusters->ops->find_savepoint(clusters->self, run->app->id,
                                               run->view->snapshot.name, location);

    // Half a one is of no use to anybody.
    if (!found && !clusters->ops->remove_snapshot(clusters->self, run->app->id,
                                                  run->view->snapshot.name, err))
        return false;
    return end_snapshot(run, found ? location : NULL, "its cluster was lost", err);
}

static bool run_note_restart(struct execution *run, struct error *err) {
    struct db *db = run->service->db;
    struct app *app = run->app;
    int count = run->cluster->restarts - app->job_restarts;
    AUTO(db_rollback) struct db_tx tx = {0};

    app->total_restarts += count;
    app->job_restarts = run->cluster->restarts;
    if (!db_begin(db, &tx, err)) return false;
    if (!app_store_save(db, app, err)) return false;
    if (!trouble_add_restart(run->service, app, count, run->cluster->failure, err)) return false;
    return db_commit(&tx, err);
}

static bool run_note_checkpoint(struct execution *run, struct error *err) {
    struct app *app = run->app;

    (void)text_copy(app->last_checkpoint, sizeof app->last_checkpoint,
                    run->cluster->last_checkpoint);
    if (!record(run, err)) return false;
    // Only now, with a later complete restore point on record, may go what earlier jobs left.
    return retention_prune_checkpoints(run->service, app, run->placement->job_id,
                                       "a later restore point is complete", err);
}

// --- ends ---

static bool run_commit(struct execution *run, struct error *err) {
    return move_end_commit(run->service, run->app, run->view, run->step, err);
}

static bool run_roll_back(struct execution *run, struct error *err) {
    return move_end_roll_back(run->service, run->app, run->view, err);
}

static bool run_erase(struct execution *run, struct error *err) {
    if (!move_end_erase(run->service, run->app, err)) return false;
    run->is_gone = true;
    return true;
}

typedef bool step_fn(struct execution *run, struct error *err);

static step_fn *const steps[STEP_KIND_COUNT] = {
    [STEP_LAUNCH] = run_launch,
    [STEP_RELAUNCH] = run_relaunch,
    [STEP_SUBMIT] = run_submit,
    [STEP_SEE_UP] = run_see_up,
    [STEP_HALT] = run_halt,
    [STEP_HALTED] = run_halted,
    [STEP_SALVAGE] = run_salvage,
    [STEP_DROP] = run_drop,
    [STEP_SNAPSHOT] = run_snapshot,
    [STEP_SNAPSHOT_DONE] = run_snapshot_done,
    [STEP_SNAPSHOT_FAILED] = run_snapshot_failed,
    [STEP_SNAPSHOT_SALVAGE] = run_snapshot_salvage,
    [STEP_NOTE_CHECKPOINT] = run_note_checkpoint,
    [STEP_NOTE_RESTART] = run_note_restart,
    [STEP_ROLL_BACK] = run_roll_back,
    [STEP_COMMIT] = run_commit,
    [STEP_ERASE] = run_erase,
};

bool executor_run(struct app_service *service, struct app *app, const struct plan_view *view,
                  const struct step *step, bool *out_gone, struct error *err) {
    struct execution run = {
        .service = service,
        .app = app,
        .view = view,
        .step = step,
        .placement = &app->slots[step->slot],
        .cluster = &view->slots[step->slot],
    };

    if (!steps[step->kind](&run, err)) return error_prefix(err, "%s", step_kind_name(step->kind));
    *out_gone = run.is_gone;
    return true;
}
