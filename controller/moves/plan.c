#include "controller/moves/plan.h"

#include "base/text.h"
#include "controller/moves/plan_ascent.h"
#include "controller/moves/plan_parts.h"
#include "controller/moves/plan_shown.h"

static const char *const step_names[STEP_KIND_COUNT] = {
    [STEP_WAIT] = "wait",
    [STEP_QUEUE] = "queue",
    [STEP_LAUNCH] = "launch",
    [STEP_RELAUNCH] = "relaunch",
    [STEP_SUBMIT] = "submit",
    [STEP_SEE_UP] = "see-up",
    [STEP_SEE_END] = "see-end",
    [STEP_NOTE_TASKS] = "note-tasks",
    [STEP_HALT] = "halt",
    [STEP_HALTED] = "halted",
    [STEP_SALVAGE] = "salvage",
    [STEP_DROP] = "drop",
    [STEP_SNAPSHOT] = "snapshot",
    [STEP_SNAPSHOT_DONE] = "snapshot-done",
    [STEP_SNAPSHOT_FAILED] = "snapshot-failed",
    [STEP_SNAPSHOT_AGAIN] = "snapshot-again",
    [STEP_HALT_AGAIN] = "halt-again",
    [STEP_SNAPSHOT_SALVAGE] = "snapshot-salvage",
    [STEP_NOTE_CHECKPOINT] = "note-checkpoint",
    [STEP_NOTE_RESTART] = "note-restart",
    [STEP_ROLL_BACK] = "roll-back",
    [STEP_COMMIT] = "commit",
    [STEP_ERASE] = "erase",
};

const char *step_kind_name(enum step_kind kind) {
    return step_names[kind];
}

// --- manual snapshots ---

static bool may_try_again(const struct plan_view *view) {
    return view->slots[SLOT_CURRENT].savepoint.is_transient &&
           view->snapshot.tries < PLAN_SAVEPOINT_TRIES_MAX;
}

// The try before failed: true while the next one has to wait.
static bool is_early(const struct plan_view *view, int64_t now_ms, struct step *out_step) {
    int64_t wait_ms = view->snapshot.not_before_ms - now_ms;

    // A longer wait than the backoff means that the clock was set back.
    if (wait_ms <= 0 || wait_ms > plan_savepoint_backoff_ms(view->snapshot.tries)) return false;
    *out_step = plan_wait("the next try of the savepoint is a little later");
    out_step->again_at_ms = view->snapshot.not_before_ms;
    return true;
}

// A savepoint needs all tasks. They may be starting, or be restarted once; where they do not come,
// Flink is asked all the same and gives the reason.
static bool waits_for_tasks(const struct plan_view *view, struct step *out_step) {
    if (view->tasks_missing_ms == 0 || view->tasks_missing_ms >= PLAN_TASKS_WAIT_MS) return false;
    *out_step = plan_wait("the savepoint needs all tasks of the job");
    return true;
}

static struct step plan_snapshot(const struct app *app, const struct plan_view *view,
                                 int64_t now_ms) {
    const struct cluster_view *cluster = &view->slots[SLOT_CURRENT];
    struct step step;

    if (plan_is_gone(cluster) || app->slots[SLOT_CURRENT].phase != PLACEMENT_UP)
        return plan_step(STEP_SNAPSHOT_SALVAGE, SLOT_CURRENT, "its cluster died meanwhile");
    if (!text_equal(cluster->savepoint.trigger_id, view->snapshot.trigger_id)) {
        if (view->is_savepoint_hopeless)
            return plan_step(STEP_SNAPSHOT_FAILED, SLOT_CURRENT, "the job cannot take one");
        if (is_early(view, now_ms, &step) || waits_for_tasks(view, &step)) return step;
        return plan_step(STEP_SNAPSHOT, SLOT_CURRENT, "a snapshot is wanted");
    }
    switch (cluster->savepoint.state) {
    case SAVEPOINT_COMPLETED:
        return plan_step(STEP_SNAPSHOT_DONE, SLOT_CURRENT, "the savepoint is complete");
    case SAVEPOINT_FAILED:
        return may_try_again(view)
                   ? plan_step(STEP_SNAPSHOT_AGAIN, SLOT_CURRENT, "a task ended meanwhile")
                   : plan_step(STEP_SNAPSHOT_FAILED, SLOT_CURRENT, "Flink could not take it");
    case SAVEPOINT_NONE:
    case SAVEPOINT_IN_PROGRESS:
        break;
    }
    return plan_wait("the savepoint is under way");
}

// --- HALT ---

// A move may begin while the old job is being recovered and cannot give a savepoint yet. Where it
// has not been submitted again, or does not come up, its newest checkpoint is its state. True: take
// the step.
static bool plan_halt_of_recovering(const struct app *app, const struct plan_view *view,
                                    struct step *out_step) {
    const struct placement *current = &app->slots[SLOT_CURRENT];

    if (current->phase == PLACEMENT_UP) return false;
    if (current->phase == PLACEMENT_SUBMITTED && !view->is_savepoint_hopeless) {
        switch (plan_ascend_submitted(app, view, SLOT_CURRENT, out_step)) {
        case ASCENT_UP:
            return false;
        case ASCENT_STEP:
            if (out_step->kind == STEP_WAIT) return true;
            break;
        case ASCENT_PREPARED:
        case ASCENT_HOPELESS:
            break;
        }
    }
    *out_step = plan_step(STEP_DROP, SLOT_CURRENT,
                          "the job has not recovered yet; its checkpoints are kept");
    return true;
}

static bool is_over(const struct cluster_view *cluster) {
    return cluster->job == JOB_FINISHED || cluster->job == JOB_FAILED ||
           cluster->job == JOB_CANCELED;
}

// An update that starts without state needs no savepoint: it is only worth having.
static bool needs_savepoint(const struct app *app) {
    return app->move.kind != MOVE_UPDATE || app->run_configuration.restore_type != RESTORE_SKIP;
}

static struct step plan_without_savepoint(const struct app *app, const char *reason) {
    return needs_savepoint(app) ? plan_commit(EVENT_REVERTED, reason)
                                : plan_step(STEP_DROP, SLOT_CURRENT, reason);
}

// The savepoint is not on its way.
static struct step plan_request_of_halt(const struct app *app, const struct plan_view *view,
                                        int64_t now_ms) {
    bool was_requested = app->move.trigger_id[0] != '\0';
    struct step step;

    if (is_over(&view->slots[SLOT_CURRENT])) {
        // The requested savepoint may have ended it, although its result did not arrive.
        return was_requested ? plan_step(STEP_SALVAGE, SLOT_CURRENT, "the job is over")
                             : plan_step(STEP_DROP, SLOT_CURRENT, "the job is over by itself");
    }
    if (plan_halt_of_recovering(app, view, &step)) return step;
    if (view->is_savepoint_hopeless)
        return plan_without_savepoint(app, "the old job cannot take a savepoint");
    if (was_requested && is_early(view, now_ms, &step)) return step;
    if (waits_for_tasks(view, &step)) return step;
    return plan_step(STEP_HALT, SLOT_CURRENT, "the old job is to stop");
}

// The old job still runs: end it with a savepoint. Its place is recorded before the next step.
static struct step plan_halt(const struct app *app, const struct plan_view *view, int64_t now_ms) {
    const struct cluster_view *cluster = &view->slots[SLOT_CURRENT];

    if (view->has_snapshot) return plan_snapshot(app, view, now_ms);
    if (app->move.halt != HALT_SAVEPOINT)
        return plan_step(STEP_DROP, SLOT_CURRENT, "no savepoint is wanted");
    if (plan_is_gone(cluster)) {
        if (app->move.trigger_id[0] != '\0')
            return plan_step(STEP_SALVAGE, SLOT_CURRENT, "its cluster died during the halt");
        return plan_step(STEP_DROP, SLOT_CURRENT, "its cluster is gone; checkpoints remain");
    }
    if (app->move.trigger_id[0] == '\0' ||
        !text_equal(cluster->savepoint.trigger_id, app->move.trigger_id))
        return plan_request_of_halt(app, view, now_ms);
    switch (cluster->savepoint.state) {
    case SAVEPOINT_COMPLETED:
        return plan_step(STEP_HALTED, SLOT_CURRENT, "the savepoint is complete");
    case SAVEPOINT_FAILED:
        if (cluster->job == JOB_FINISHED)
            return plan_step(STEP_SALVAGE, SLOT_CURRENT, "the job ended before its savepoint");
        return may_try_again(view)
                   ? plan_step(STEP_HALT_AGAIN, SLOT_CURRENT, "a task ended meanwhile")
                   : plan_without_savepoint(app, "Flink could not take the savepoint");
    case SAVEPOINT_NONE:
    case SAVEPOINT_IN_PROGRESS:
        break;
    }
    return plan_wait("the old job stops");
}

// --- moves that end on a new cluster ---

static bool has_old_job(const struct app *app) {
    return !app->move.halted && app->slots[SLOT_CURRENT].phase != PLACEMENT_EMPTY;
}

// Flink was asked to stop the old job and may do so, also when the next cluster fails: only the
// result shows whether there is still a job to go back to.
static bool is_halting(const struct app *app) {
    return has_old_job(app) && app->move.trigger_id[0] != '\0';
}

enum blame { BLAME_PROGRAM, BLAME_CLUSTERS };

// A scaling and maintenance are begun by kobel, and lost processes do not show that a program is
// broken that ran before or was never submitted: an application does not stop for these, also
// without RollbackEnabled.
static bool goes_back(const struct app *app, const struct plan_view *view, enum blame blame) {
    bool was_submitted = app->slots[SLOT_NEXT].job_id[0] != '\0';

    if (app->move.kind == MOVE_SCALE || app->move.kind == MOVE_MAINTENANCE) return true;
    if (app->move.kind != MOVE_UPDATE) return false;
    return view->can_roll_back ||
           (blame == BLAME_CLUSTERS && (view->has_same_program || !was_submitted));
}

static struct step give_up(const struct app *app, const struct plan_view *view, enum blame blame,
                           const char *reason) {
    if (has_old_job(app)) return plan_commit(EVENT_REVERTED, reason);
    if (goes_back(app, view, blame)) return plan_step(STEP_ROLL_BACK, SLOT_NEXT, reason);
    // The version before is recovered like any application whose clusters die: without a limit.
    if (app->move.kind == MOVE_ROLL_BACK && blame == BLAME_CLUSTERS)
        return plan_commit(EVENT_RESUMED, reason);
    return plan_commit(EVENT_ABANDONED, reason);
}

// A cluster that was launched before had its memory, which others may have got after a restart of
// the daemon: it waits for it. Only a new one is refused for lack of memory.
static bool waits_for_memory(const struct app *app) {
    return app->slots[SLOT_NEXT].cluster_id[0] != '\0' && !has_old_job(app);
}

// The next cluster is PLANNED and cannot be launched: true = take the step.
static bool plan_unlaunchable(const struct app *app, const struct plan_view *view, int64_t now_ms,
                              struct step *out_step) {
    const struct placement *next = &app->slots[SLOT_NEXT];
    bool has_warm = app->move.halted && app->slots[SLOT_CURRENT].phase != PLACEMENT_EMPTY;
    bool makes_room = has_warm && view->fits_alone;

    if (next->phase != PLACEMENT_PLANNED) return false;
    if (next->attempt >= PLAN_ATTEMPTS_MAX)
        *out_step = give_up(app, view, BLAME_CLUSTERS, "no cluster could be started");
    else if (view->fits_beside || (waits_for_memory(app) && !makes_room))
        return false;
    else if (has_old_job(app) && view->fits_alone)
        // PREPARE follows HALT where memory does not allow two clusters at once.
        *out_step = plan_halt(app, view, now_ms);
    else if (makes_room)
        // The next cluster is needed more than a warm one for a roll back.
        *out_step = plan_step(STEP_DROP, SLOT_CURRENT, "the next cluster needs its memory");
    else
        *out_step = give_up(app, view, BLAME_CLUSTERS, "the memory budget does not allow it");
    return true;
}

static struct step plan_transfer(const struct app *app, const struct plan_view *view,
                                 int64_t now_ms) {
    const struct placement *next = &app->slots[SLOT_NEXT];
    const struct cluster_view *cluster = &view->slots[SLOT_NEXT];
    struct step step = {0};

    if (next->phase == PLACEMENT_EMPTY)
        return plan_commit(EVENT_UP, "the old job was never touched");
    if (is_halting(app)) return plan_halt(app, view, now_ms);
    if (plan_unlaunchable(app, view, now_ms, &step)) return step;
    // A cluster that is lost for any other reason is replaced: the program is not to blame.
    if (next->phase == PLACEMENT_SUBMITTED && cluster->health == CLUSTER_LOST &&
        cluster->is_ended_by_program)
        return give_up(app, view, BLAME_PROGRAM, "the program ended its JobManager");

    switch (plan_ascend(app, view, SLOT_NEXT, now_ms, &step)) {
    case ASCENT_PREPARED:
        if (has_old_job(app)) return plan_halt(app, view, now_ms);
        return plan_step(STEP_SUBMIT, SLOT_NEXT, "its cluster is ready");
    case ASCENT_UP:
        return plan_commit(EVENT_UP,
                           cluster->job == JOB_FINISHED || cluster_view_runs_fully(cluster)
                               ? "every vertex is RUNNING"
                               : "the job is RUNNING, not with all its tasks yet");
    case ASCENT_HOPELESS:
        return give_up(app, view, BLAME_PROGRAM, "the job did not start");
    case ASCENT_STEP:
        break;
    }
    return step;
}

// --- keeping the current job up ---

// Recovery: brings slot CURRENT up again, from the newest checkpoint, without a limit.
static bool plan_recovery(const struct app *app, const struct plan_view *view, int64_t now_ms,
                          struct step *out_step) {
    switch (plan_ascend(app, view, SLOT_CURRENT, now_ms, out_step)) {
    case ASCENT_PREPARED:
        *out_step = plan_step(STEP_SUBMIT, SLOT_CURRENT, "its cluster is ready");
        return true;
    case ASCENT_HOPELESS:
        *out_step = plan_step(STEP_RELAUNCH, SLOT_CURRENT, "the job did not start again");
        return true;
    case ASCENT_UP:
        if (app->slots[SLOT_CURRENT].phase >= PLACEMENT_UP) return false;
        *out_step = plan_step(STEP_SEE_UP, SLOT_CURRENT, "the job is RUNNING again");
        return true;
    case ASCENT_STEP:
        break;
    }
    return true;
}

static struct step plan_stop(const struct app *app, const struct plan_view *view, int64_t now_ms) {
    struct step step;

    if (!has_old_job(app)) return plan_commit(EVENT_HALTED, "the job is stopped");
    if (app->move.halt != HALT_SAVEPOINT) return plan_halt(app, view, now_ms);
    // Once the job is up, it would be asked for again.
    if (view->is_snapshot_on_disk) return plan_snapshot(app, view, now_ms);
    // The next start restores only the savepoint of the stop: a job whose cluster died is recovered
    // first, so that nothing since its last snapshot is lost.
    bool interrupted = app->move.trigger_id[0] != '\0' && plan_is_gone(&view->slots[SLOT_CURRENT]);
    if (!interrupted && plan_recovery(app, view, now_ms, &step)) return step;
    return plan_halt(app, view, now_ms);
}

// A job that finishes soon after its start: without a pause, clients that wait for RUNNING would
// never see it.
static struct step plan_finish(const struct app *app, const struct plan_view *view,
                               int64_t now_ms) {
    const struct placement *current = &app->slots[SLOT_CURRENT];
    int64_t ready_ms = current->up_since_ms + view->running_ms;

    // A longer wait than that means that the clock was set back.
    if (now_ms >= ready_ms || ready_ms > now_ms + view->running_ms)
        return plan_commit(EVENT_FINISHED, "the job reached its end");
    if (current->phase != PLACEMENT_ENDED)
        return plan_step(STEP_SEE_END, SLOT_CURRENT, "the job reached its end");
    if (view->has_snapshot)
        return plan_step(STEP_SNAPSHOT_SALVAGE, SLOT_CURRENT, "the job has reached its end");
    struct step step = plan_wait("the job has finished a moment ago");
    step.again_at_ms = ready_ms;
    return step;
}

// What the job that runs did since the last time.
static struct step plan_note(const struct app *app, const struct plan_view *view) {
    const struct cluster_view *cluster = &view->slots[SLOT_CURRENT];

    if (cluster->restarts > app->job_restarts)
        return plan_step(STEP_NOTE_RESTART, SLOT_CURRENT, "Flink restarted the job");
    if (view->awaits_tasks) return plan_step(STEP_NOTE_TASKS, SLOT_CURRENT, "all tasks run");
    if (cluster->last_checkpoint[0] != '\0' &&
        !text_equal(cluster->last_checkpoint, app->last_checkpoint))
        return plan_step(STEP_NOTE_CHECKPOINT, SLOT_CURRENT, "a checkpoint was completed");
    return plan_wait("the job runs");
}

static struct step plan_idle(const struct app *app, const struct plan_view *view, int64_t now_ms) {
    const struct cluster_view *cluster = &view->slots[SLOT_CURRENT];
    bool has_ended = app->slots[SLOT_CURRENT].phase == PLACEMENT_ENDED;
    struct step step;
    int64_t again_at_ms = 0;

    if (app->status != APP_RUNNING) return plan_wait("it is not running");
    if (view->has_snapshot && !has_ended &&
        (cluster->health == CLUSTER_LOST || view->is_snapshot_on_disk))
        return plan_snapshot(app, view, now_ms);
    if (plan_recovery(app, view, now_ms, &step)) return step;
    if (cluster->job == JOB_FINISHED || has_ended) return plan_finish(app, view, now_ms);
    if (cluster->job == JOB_FAILED || cluster->job == JOB_CANCELED)
        return plan_commit(EVENT_FAILED, "the job failed for good");
    if (view->has_snapshot) {
        step = plan_snapshot(app, view, now_ms);
        if (step.kind != STEP_WAIT) return step;
        again_at_ms = step.again_at_ms;
    }
    step = plan_note(app, view);
    if (step.kind == STEP_WAIT) step.again_at_ms = again_at_ms;
    return step;
}

// --- limits ---

static enum move_phase phase_of_slot(const struct app *app, const struct plan_view *view,
                                     enum app_slot slot) {
    switch (app->slots[slot].phase) {
    case PLACEMENT_PLANNED:
        return PHASE_WAITS;
    case PLACEMENT_LAUNCHED:
        return view->slots[slot].health == CLUSTER_BOOTING ? PHASE_PREPARE : PHASE_START;
    case PLACEMENT_SUBMITTED:
        return PHASE_START;
    case PLACEMENT_EMPTY:
    case PLACEMENT_UP:
    case PLACEMENT_ENDED:
    case PLACEMENT_PHASE_COUNT:
        break;
    }
    return PHASE_NONE;
}

enum move_phase plan_phase(const struct app *app, const struct plan_view *view,
                           enum app_slot *out_slot) {
    enum move_phase phase;
    bool is_prepared;

    *out_slot = SLOT_CURRENT;
    switch (app->move.kind) {
    case MOVE_START:
    case MOVE_UPDATE:
    case MOVE_SCALE:
    case MOVE_MAINTENANCE:
    case MOVE_ROLL_BACK:
        phase = phase_of_slot(app, view, SLOT_NEXT);
        is_prepared = phase == PHASE_START || (phase == PHASE_WAITS && !view->fits_beside);
        if (is_halting(app) || (has_old_job(app) && is_prepared)) return PHASE_HALT;
        *out_slot = SLOT_NEXT;
        return phase;
    case MOVE_STOP:
        if (!has_old_job(app)) return PHASE_NONE;
        phase = phase_of_slot(app, view, SLOT_CURRENT);
        return phase == PHASE_NONE ? PHASE_HALT : phase;
    case MOVE_NONE:
        return phase_of_slot(app, view, SLOT_CURRENT);
    case MOVE_FORCE_STOP:
    case MOVE_DELETE:
    case MOVE_KIND_COUNT:
        break;
    }
    return PHASE_NONE;
}

// What is in progress is given up. False: it continues all the same.
static bool plan_hopeless(const struct app *app, const struct plan_view *view,
                          struct step *out_step) {
    enum app_slot slot;
    bool is_snapshot = view->failing == STEP_SNAPSHOT || view->failing == STEP_SNAPSHOT_SALVAGE;
    // A step that kobel cannot take does not show that the program is broken.
    enum blame blame = view->failing == STEP_WAIT ? BLAME_PROGRAM : BLAME_CLUSTERS;

    if (view->has_snapshot && is_snapshot) {
        *out_step = plan_step(STEP_SNAPSHOT_FAILED, SLOT_CURRENT, "it cannot be taken");
        return true;
    }
    switch (app->move.kind) {
    case MOVE_START:
    case MOVE_UPDATE:
    case MOVE_SCALE:
    case MOVE_MAINTENANCE:
    case MOVE_ROLL_BACK:
        *out_step = plan_phase(app, view, &slot) == PHASE_HALT
                        ? plan_commit(EVENT_REVERTED, "the old job cannot be stopped")
                        : give_up(app, view, blame, "the job did not start");
        return true;
    case MOVE_STOP:
        // Once it is stopped there is no job to go back to.
        *out_step = plan_commit(EVENT_REVERTED, "the job cannot be stopped");
        return has_old_job(app);
    case MOVE_NONE:
        *out_step = plan_step(STEP_RELAUNCH, SLOT_CURRENT, "the job cannot be submitted to it");
        return view->failing == STEP_SUBMIT && app->slots[SLOT_CURRENT].phase >= PLACEMENT_LAUNCHED;
    case MOVE_FORCE_STOP:
    case MOVE_DELETE:
    case MOVE_KIND_COUNT:
        break;
    }
    return false;
}

struct step plan_next(const struct app *app, const struct plan_view *view, int64_t now_ms) {
    struct step step;

    if (view->hopeless[0] != '\0' && plan_hopeless(app, view, &step)) return step;
    if (!plan_shown_enough(app, view, now_ms, &step)) return step;
    switch (app->move.kind) {
    case MOVE_START:
    case MOVE_UPDATE:
    case MOVE_SCALE:
    case MOVE_MAINTENANCE:
    case MOVE_ROLL_BACK:
        return plan_transfer(app, view, now_ms);
    case MOVE_STOP:
        return plan_stop(app, view, now_ms);
    case MOVE_FORCE_STOP:
        return plan_commit(EVENT_HALTED, "stopped by force");
    case MOVE_DELETE:
        return plan_step(STEP_ERASE, SLOT_CURRENT, "to be deleted");
    case MOVE_NONE:
    case MOVE_KIND_COUNT:
        break;
    }
    return plan_idle(app, view, now_ms);
}
