#include "controller/moves/executor.h"

#include "controller/moves/executor_parts.h"
#include "controller/moves/move_end.h"
#include "controller/moves/roll_back.h"

// --- ends ---

static bool run_commit(struct execution *run, struct error *err) {
    return move_end_commit(run->service, run->app, run->view, run->step, err);
}

static bool run_see_end(struct execution *run, struct error *err) {
    return move_end_see_finished(run->service, run->app, err);
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
    [STEP_SEE_END] = run_see_end,
    [STEP_NOTE_TASKS] = execution_note_tasks,
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
