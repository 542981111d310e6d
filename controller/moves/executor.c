#include "controller/moves/executor.h"

#include "controller/history/event_log.h"
#include "controller/history/trouble.h"
#include "controller/moves/executor_parts.h"
#include "controller/moves/move_end.h"
#include "controller/moves/roll_back.h"
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
    bool is_recorded = db_begin(db, &tx, err) && app_store_save(db, run->app, err);
    if (!is_recorded) {
        json_decref(detail);
        return false;
    }
    is_recorded = is_move
                      ? event_log_phase(run->service, run->app, phase, detail, err)
                      : trouble_add_recovery(run->service, run->app, phase, message, detail, err);
    return is_recorded && db_commit(&tx, err);
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

// --- ends ---

static bool run_commit(struct execution *run, struct error *err) {
    return move_end_commit(run->service, run->app, run->view, run->step, err);
}

static bool run_roll_back(struct execution *run, struct error *err) {
    return roll_back_after_failure(run->service, run->app, run->view, err);
}

static bool run_erase(struct execution *run, struct error *err) {
    if (!move_end_erase(run->service, run->app, err)) return false;
    run->is_gone = true;
    return true;
}

static execution_step_fn *const steps[STEP_KIND_COUNT] = {
    [STEP_LAUNCH] = execution_launch,
    [STEP_RELAUNCH] = execution_relaunch,
    [STEP_SUBMIT] = execution_submit,
    [STEP_SEE_UP] = execution_see_up,
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
    [STEP_NOTE_CHECKPOINT] = execution_note_checkpoint,
    [STEP_NOTE_RESTART] = execution_note_restart,
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
