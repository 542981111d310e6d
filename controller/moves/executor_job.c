// SUBMIT and CONFIRM, and what is recorded of a job that runs.
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "controller/history/trouble.h"
#include "controller/moves/executor_parts.h"
#include "controller/moves/progress.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/restore_points_remove.h"
#include "controller/moves/spare.h"
#include "storage/app_store.h"

// --- submitting ---

static bool record_submission(struct execution *run, const struct job_spec *spec,
                              struct error *err) {
    const struct placement *placement = run->placement;
    json_t *detail = json_new_object();

    json_put_text(detail, "job", placement->job_id);
    json_put_text(detail, "restoredFrom", placement->from.path);
    return execution_record_phase(
        run, "SUBMIT", restore_words(&placement->from, spec->checkpointing_enabled), detail, err);
}

// The next job of a slot starts from the state of the one before. Its id is recorded before it is
// sent, so that a repeated submission is recognised.
static void choose_job(struct execution *run) {
    struct restore_facts facts;

    restore_points_find(run->service, run->app, &facts);
    run->placement->from = restore_of_slot(run->app, run->step->slot, &facts);
    restore_points_refresh(run->service, run->app, &run->placement->from);
    random_id_hex(run->placement->job_id, APP_JOB_ID_SIZE - 1);
    run->placement->phase = PLACEMENT_SUBMITTED;
    if (run->step->slot == SLOT_CURRENT) run->app->job_restarts = 0;
}

bool execution_submit(struct execution *run, struct error *err) {
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

    // The code has been removed: another attempt would not find it either.
    int attempt = run->placement->attempt + 1;
    char reason[sizeof err->message];
    (void)text_copy(reason, sizeof reason, err->message);
    return execution_plan_again(run, attempt < PLAN_ATTEMPTS_MAX ? PLAN_ATTEMPTS_MAX : attempt,
                                "the job cannot be submitted", reason, err);
}

// --- a job that runs ---

bool execution_see_up(struct execution *run, struct error *err) {
    placement_come_up(run->placement, service_now_ms(run->service));
    const char *message = cluster_view_runs_fully(run->cluster)
                              ? "every vertex is RUNNING again"
                              : "the job is RUNNING again, not with all its tasks yet";
    if (!execution_record_phase(run, "UP", message, json_new_object(), err)) return false;
    spare_keep(run->service, run->app);
    return true;
}

bool execution_note_tasks(struct execution *run, struct error *err) {
    struct app *app = run->app;
    json_t *detail = json_new_object();

    json_put_int(detail, "tasks", run->cluster->tasks_total);
    if (!trouble_add_tasks(run->service, app, detail, err)) return false;
    progress_tasks_reported(run->service, app);
    return true;
}

bool execution_note_restart(struct execution *run, struct error *err) {
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

bool execution_note_checkpoint(struct execution *run, struct error *err) {
    struct app *app = run->app;

    (void)text_copy(app->last_checkpoint, sizeof app->last_checkpoint,
                    run->cluster->last_checkpoint);
    if (!execution_record(run, err)) return false;
    // This restore point is complete: what earlier jobs left is not needed.
    restore_points_prune_or_leave(run->service, app);
    return true;
}
