#include "controller/moves/plan_ascent.h"

#include "base/text.h"
#include "controller/moves/plan_parts.h"

// RUNNING is a status of the job, as on the service (facts/service.md 1): its tasks may still be
// starting, or be restarted. Until all of them run or one fails, if only for seconds, nothing is
// decided: Flink may still fail the job for good.
static bool is_up(const struct plan_view *view, const struct cluster_view *cluster) {
    if (cluster_view_runs_fully(cluster)) return true;
    if (view->wants_all_tasks || cluster->fails_to_restore) return false;
    if (cluster->job == JOB_RUNNING) return cluster->restarts > 0 || view->is_started;
    // FAILING counts as RESTARTING, and may become FAILED.
    return cluster->job == JOB_RESTARTING && (cluster->restarts > 1 || view->is_started);
}

enum ascent plan_ascend_submitted(const struct app *app, const struct plan_view *view,
                                  enum app_slot slot, struct step *out_step) {
    const struct cluster_view *cluster = &view->slots[slot];

    // The request was recorded and never sent: the same job id makes sending it twice harmless.
    if (!text_equal(cluster->job_id, app->slots[slot].job_id)) {
        *out_step = plan_step(STEP_SUBMIT, slot, "the job is not there yet");
        return ASCENT_STEP;
    }
    switch (cluster->job) {
    case JOB_REJECTED:
    case JOB_FAILED:
    case JOB_CANCELED:
        return ASCENT_HOPELESS;
    case JOB_FINISHED:
        return ASCENT_UP;
    case JOB_RUNNING:
    case JOB_RESTARTING:
        if (is_up(view, cluster)) return ASCENT_UP;
        break;
    case JOB_NONE:
    case JOB_SUBMITTING:
    case JOB_CREATED:
        break;
    }
    // State that cannot be read will not become readable.
    if ((view->wants_all_tasks || cluster->fails_to_restore) &&
        cluster->restarts >= PLAN_RESTARTS_MAX)
        return ASCENT_HOPELESS;
    *out_step = plan_wait(cluster->job == JOB_RESTARTING
                              ? "Flink restarts the job, which has not been RUNNING yet"
                              : "not every vertex is RUNNING");
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
    // What has ended needs no cluster any more.
    if (placement->phase == PLACEMENT_ENDED) return ASCENT_UP;
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
    return plan_ascend_submitted(app, view, slot, out_step);
}
