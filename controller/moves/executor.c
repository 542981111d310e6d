#include "controller/moves/executor.h"

#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/history/trouble.h"
#include "controller/moves/executor_parts.h"
#include "controller/moves/faults.h"
#include "controller/moves/move_end.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/restore_points_remove.h"
#include "controller/moves/sizing.h"
#include "controller/moves/spare.h"
#include "storage/app_store.h"
#include "storage/snapshot_store.h"

bool execution_record(struct execution *run, struct error *err) {
    struct db *db = run->service->db;
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!db_begin(db, &tx, err)) return false;
    if (!app_store_save(db, run->app, err)) return false;
    return db_commit(&tx, err);
}

bool execution_record_phase(struct execution *run, const char *phase, const char *message,
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

bool execution_record_snapshot(struct execution *run, const struct snapshot *snapshot,
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

const char *execution_reason(const struct execution *run, const char *failure) {
    return run->view->hopeless[0] != '\0' ? run->view->hopeless : failure;
}

// --- losing a cluster ---

static bool record_loss(struct execution *run, const char *what, const char *reason,
                        struct error *err) {
    int attempt = run->placement->attempt;
    int64_t retry_ms = plan_backoff_ms(attempt, run->app->id);
    json_t *detail = json_new_object();
    char message[APP_FAILURE_SIZE + 128];

    json_put_text(detail, "reason", reason);
    json_put_int(detail, "attempt", attempt);
    json_put_int(detail, "retryInMs", retry_ms);
    if (attempt > 1 && run->step->kind == STEP_RELAUNCH)
        (void)text_format(message, sizeof message,
                          "%d clusters in a row were lost, the next one is launched in %.1f s: %s",
                          attempt, (double)retry_ms / 1000, reason);
    else
        (void)text_format(message, sizeof message, "%s: %s", what, reason);
    return execution_record_phase(run, "LOST", message, detail, err);
}

// The cluster of the slot, or its launch, came to nothing once more: that is told, another one is
// planned, later each time, and nothing is left of this one.
static bool plan_again(struct execution *run, int attempt, const char *what, const char *reason,
                       struct error *err) {
    struct placement *placement = run->placement;
    char cluster_id[APP_CLUSTER_ID_SIZE];

    (void)text_copy(cluster_id, sizeof cluster_id, placement->cluster_id);
    placement->phase = PLACEMENT_PLANNED;
    placement->attempt = attempt;
    placement->not_before_ms =
        service_now_ms(run->service) + plan_backoff_ms(attempt, run->app->id);
    (void)text_copy(run->app->move.failure, sizeof run->app->move.failure, reason);
    if (!record_loss(run, what, reason, err)) return false;
    cluster_retire(&run->service->clusters, cluster_id);
    return true;
}

// --- launching and submitting ---

// Nobody waits for the new cluster itself, only for the gap between the jobs, as long as the old
// one works. Where the first try went wrong, none is made to look good.
static bool is_worth_priming(const struct execution *run) {
    const struct app *app = run->app;

    return run->step->slot == SLOT_NEXT && !app->move.halted &&
           app->slots[SLOT_CURRENT].phase == PLACEMENT_UP && run->placement->attempt == 0;
}

static bool run_launch(struct execution *run, struct error *err) {
    struct job_spec spec;
    struct launch_spec launch = {0};
    struct error refused;

    if (!service_load_spec(run->service, run->app->id, run->placement->version, &spec, err))
        return false;
    run->app->cluster_count++;
    (void)text_format(run->placement->cluster_id, sizeof run->placement->cluster_id, "%s-%llx",
                      run->app->id, (unsigned long long)run->app->cluster_count);
    run->placement->phase = PLACEMENT_LAUNCHED;
    if (!execution_record_phase(run, "PREPARE", "another cluster is launched", json_new_object(),
                                err))
        return false;

    (void)text_copy(launch.cluster_id, sizeof launch.cluster_id, run->placement->cluster_id);
    (void)text_copy(launch.app_id, sizeof launch.app_id, run->app->id);
    launch.runtime = spec.runtime;
    launch.size = sizing_for(run->service->profile, &spec, run->placement->parallelism);
    (void)text_copy(launch.log_level, sizeof launch.log_level, spec.log_level);
    launch.primes = is_worth_priming(run);
    if (faults_take_refusal(run->service, run->app->id))
        (void)error_set(&refused, ERROR_SYSTEM, "the launch was refused on purpose");
    else if (cluster_launch(&run->service->clusters, &launch, &refused))
        return true;

    // What is not installed does not come by waiting a second.
    int attempt = run->placement->attempt + 1;
    if (refused.kind == ERROR_UNAVAILABLE && attempt < PLAN_ATTEMPTS_MAX)
        attempt = PLAN_ATTEMPTS_MAX;
    return plan_again(run, attempt, "no cluster could be launched", refused.message, err);
}

static bool run_relaunch(struct execution *run, struct error *err) {
    struct placement *placement = run->placement;

    if (run->cluster->health == CLUSTER_ABSENT) {
        // Launched by a daemon that is gone, or never: that is no failure of the cluster.
        placement->phase = PLACEMENT_PLANNED;
        placement->not_before_ms = 0;
        return execution_record(run, err);
    }
    int64_t up_for_ms = service_now_ms(run->service) - placement->up_since_ms;
    struct restore_facts facts;
    restore_points_look(run->service, run->app, &facts);
    bool has_checkpoint = facts.checkpoints[run->step->slot][0] != '\0';
    bool was_stable =
        placement->phase == PLACEMENT_UP && plan_was_stable(up_for_ms, has_checkpoint);
    if (run->step->slot == SLOT_CURRENT) run->app->recoveries++;
    return plan_again(run, was_stable ? 1 : placement->attempt + 1, "a cluster was lost",
                      execution_reason(run, run->cluster->failure), err);
}

static bool record_submission(struct execution *run, const struct job_spec *spec,
                              struct error *err) {
    const struct placement *placement = run->placement;
    json_t *detail = json_new_object();

    json_put_text(detail, "job", placement->job_id);
    json_put_text(detail, "restoredFrom", placement->from.path);
    return execution_record_phase(
        run, "SUBMIT", restore_words(&placement->from, spec->checkpointing_enabled), detail, err);
}

// A job that was submitted for this slot before hands on its state. The id of the next one is
// chosen and recorded before it is sent, so that a repeated submission is recognised.
static void choose_job(struct execution *run) {
    struct restore_facts facts;

    restore_points_look(run->service, run->app, &facts);
    run->placement->from = restore_of_slot(run->app, run->step->slot, &facts);
    restore_points_refresh(run->service, run->app, &run->placement->from);
    random_id_hex(run->placement->job_id, APP_JOB_ID_SIZE - 1);
    run->placement->phase = PLACEMENT_SUBMITTED;
    if (run->step->slot == SLOT_CURRENT) run->app->job_restarts = 0;
}

static bool run_submit(struct execution *run, struct error *err) {
    AUTO(app_version_release) struct app_version version = {0};
    struct submission job = {0};

    if (!service_load_version(run->service, run->app->id, run->placement->version, &version, err))
        return false;
    job_spec_read(&version, &job.spec);
    job.spec.parallelism = run->placement->parallelism;
    if (run->placement->phase != PLACEMENT_SUBMITTED) {
        choose_job(run);
        if (!record_submission(run, &job.spec, err)) return false;
    }
    AUTO(memory_free) char *properties = job_spec_properties_text(&version);
    (void)text_copy(job.job_id, sizeof job.job_id, run->placement->job_id);
    job.properties_text = properties;
    job.restore_path = run->placement->from.path;
    job.allow_non_restored_state = run->placement->allow_non_restored_state;
    if (cluster_submit(&run->service->clusters, run->placement->cluster_id, &job, err)) return true;
    if (err->kind != ERROR_NOT_FOUND) return false;

    // The code is not there any more: no later attempt of a move will find it.
    int attempt = run->placement->attempt + 1;
    char reason[sizeof err->message];
    (void)text_copy(reason, sizeof reason, err->message);
    return plan_again(run, attempt < PLAN_ATTEMPTS_MAX ? PLAN_ATTEMPTS_MAX : attempt,
                      "the job cannot be submitted", reason, err);
}

static bool run_see_up(struct execution *run, struct error *err) {
    placement_come_up(run->placement, service_now_ms(run->service));
    if (!execution_record_phase(run, "UP", "every vertex is RUNNING again", json_new_object(), err))
        return false;
    spare_keep(run->service, run->app);
    return true;
}

// --- what is seen of a job that runs ---

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
    if (!execution_record(run, err)) return false;
    // With a later complete restore point on record, what earlier jobs left is not needed.
    restore_points_prune_or_leave(run->service, app);
    return true;
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

static execution_step_fn *const steps[STEP_KIND_COUNT] = {
    [STEP_LAUNCH] = run_launch,
    [STEP_RELAUNCH] = run_relaunch,
    [STEP_SUBMIT] = run_submit,
    [STEP_SEE_UP] = run_see_up,
    [STEP_HALT] = execution_halt,
    [STEP_HALTED] = execution_halted,
    [STEP_SALVAGE] = execution_salvage,
    [STEP_DROP] = execution_drop,
    [STEP_SNAPSHOT] = execution_snapshot,
    [STEP_SNAPSHOT_DONE] = execution_snapshot_done,
    [STEP_SNAPSHOT_FAILED] = execution_snapshot_failed,
    [STEP_SNAPSHOT_AGAIN] = execution_snapshot_again,
    [STEP_HALT_AGAIN] = execution_halt_again,
    [STEP_SNAPSHOT_SALVAGE] = execution_snapshot_salvage,
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
