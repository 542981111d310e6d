#include "controller/moves/plan_ascent.h"

#include "base/text.h"
#include "controller/moves/plan_parts.h"

enum ascent plan_ascend_submitted(const struct placement *placement,
                                  const struct cluster_view *view, enum app_slot slot,
                                  struct step *out_step) {
    // The request was recorded and never sent: the same job id makes sending it twice harmless.
    if (!text_equal(view->job_id, placement->job_id)) {
        *out_step = plan_step(STEP_SUBMIT, slot, "the job is not there yet");
        return ASCENT_STEP;
    }
    switch (view->job) {
    case JOB_REJECTED:
    case JOB_FAILED:
    case JOB_CANCELED:
        return ASCENT_HOPELESS;
    case JOB_RESTARTING:
        if (view->restarts >= PLAN_RESTARTS_MAX) return ASCENT_HOPELESS;
        *out_step = plan_wait("Flink restarts the job, which has not been RUNNING yet");
        return ASCENT_STEP;
    case JOB_FINISHED:
        return ASCENT_UP;
    case JOB_RUNNING:
        if (cluster_view_runs_fully(view)) return ASCENT_UP;
        break;
    case JOB_NONE:
    case JOB_SUBMITTING:
    case JOB_CREATED:
        break;
    }
    if (view->restarts >= PLAN_RESTARTS_MAX) return ASCENT_HOPELESS;
    *out_step = plan_wait("not every vertex is RUNNING");
    return ASCENT_STEP;
}

static struct step plan_launch(const struct app *app, const struct plan_view *view,
                               enum app_slot slot, int64_t now_ms) {
    const struct placement *placement = &app->slots[slot];
    // A longer wait than the backoff means that the clock was set back.
    int64_t wait_ms = placement->not_before_ms - now_ms;

    if (wait_ms > 0 && wait_ms <= plan_backoff_ms(placement->attempt, app->id)) {
        struct step step =
            plan_wait("waiting before a new cluster is launched, because the last one failed");
        step.again_at_ms = placement->not_before_ms;
        return step;
    }
    if (view->launch_wait == LAUNCH_IS_FREE) return plan_step(STEP_LAUNCH, slot, "no cluster yet");
    if (view->is_queued) return plan_wait("its cluster is not to be launched yet");
    return plan_step(STEP_QUEUE, slot, "too many clusters boot, or too little memory is left");
}

enum ascent plan_ascend(const struct app *app, const struct plan_view *view, enum app_slot slot,
                        int64_t now_ms, struct step *out_step) {
    const struct placement *placement = &app->slots[slot];
    const struct cluster_view *cluster = &view->slots[slot];

    if (placement->phase == PLACEMENT_PLANNED || placement->phase == PLACEMENT_EMPTY) {
        *out_step = plan_launch(app, view, slot, now_ms);
        return ASCENT_STEP;
    }
    if (plan_is_gone(cluster)) {
        *out_step = plan_step(STEP_RELAUNCH, slot, "its cluster is gone");
        return ASCENT_STEP;
    }
    if (cluster->health == CLUSTER_BOOTING) {
        *out_step = plan_wait("its cluster boots");
        return ASCENT_STEP;
    }
    if (placement->phase == PLACEMENT_LAUNCHED) return ASCENT_PREPARED;
    if (placement->phase == PLACEMENT_UP) return ASCENT_UP;
    return plan_ascend_submitted(placement, cluster, slot, out_step);
}
