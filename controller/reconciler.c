#include "controller/reconciler.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/moves/admission.h"
#include "controller/moves/code_collect.h"
#include "controller/moves/executor.h"
#include "controller/moves/faults.h"
#include "controller/moves/maintenance.h"
#include "controller/moves/misfit.h"
#include "controller/moves/plan.h"
#include "controller/moves/plan_shown.h"
#include "controller/moves/progress.h"
#include "controller/moves/restore_points_remove.h"
#include "controller/moves/retention.h"
#include "controller/moves/runtime_use.h"
#include "controller/moves/savepoint_check.h"
#include "controller/scaling/metering.h"
#include "controller/snapshots/snapshot_keeper.h"
#include "storage/app_store.h"
#include "storage/snapshot_store.h"

#include <string.h>

// Steps of one application in one turn of the loop: more than a move needs between two waits. A
// plan that repeats itself leaves the loop to others.
static const int STEPS_MAX = 16;
// Time of one turn: when the daemon starts, all applications are due at once.
static const int64_t TURN_MS = 10;
// The two clocks may differ by so much without one having been set.
static const int64_t CLOCK_SLACK_MS = 1000;
// After a step for an enhanced snapshot that failed, as with a full disk.
static const int64_t SNAPSHOT_AGAIN_MS = 2000;

static void observe_cluster(const struct app_service *service, const struct app *app,
                            enum app_slot slot, struct plan_view *view) {
    const char *cluster_id = app->slots[slot].cluster_id;

    if (app->slots[slot].phase == PLACEMENT_EMPTY || cluster_id[0] == '\0') return;
    cluster_view(&service->clusters, cluster_id, &view->slots[slot]);
}

static bool observe_roll_back(struct app_service *service, const struct app *app,
                              struct plan_view *view, struct error *err) {
    struct job_spec spec;
    struct job_spec old_spec;

    if (app->move.kind != MOVE_UPDATE || app->move.previous_version == 0) return true;
    if (!service_load_spec(service, app->id, app->version, &spec, err)) return false;
    view->can_roll_back = spec.rollback_enabled;
    if (!service_load_spec(service, app->id, app->move.previous_version, &old_spec, err))
        return false;
    view->has_same_program =
        spec.runtime == old_spec.runtime && text_equal(spec.code_sha256, old_spec.code_sha256);
    return true;
}

static bool has_savepoint(const struct app_service *service, const struct app *app,
                          const struct plan_view *view) {
    char location[FILE_PATH_MAX];

    return view->slots[SLOT_CURRENT].health == CLUSTER_ABSENT &&
           state_files_find_savepoint(&service->state_files, app->id, &view->snapshot, location);
}

// Only where a savepoint of the current job is wanted.
static bool observe_savepoint(struct app_service *service, const struct app *app,
                              struct plan_view *view, struct error *err) {
    bool is_wanted = view->has_snapshot || (app->move.kind != MOVE_NONE &&
                                            app->move.halt == HALT_SAVEPOINT && !app->move.halted);
    struct savepoint_facts facts;

    if (!is_wanted ||
        (view->slots[SLOT_CURRENT].restarts == 0 && !view->slots[SLOT_CURRENT].is_batch))
        return true;
    if (!savepoint_find_facts(service, app, &view->slots[SLOT_CURRENT], &facts, err)) return false;
    view->is_savepoint_hopeless = savepoint_is_hopeless(&facts);
    return true;
}

// Reads what the plan needs to know of one application.
static bool observe(struct app_service *service, const struct app *app, struct plan_view *out_view,
                    struct error *err) {
    bool found;

    *out_view = (struct plan_view){0};
    out_view->shown_ms = service_after_ms(service, PLAN_SHOWN_MS) - service_now_ms(service);
    observe_cluster(service, app, SLOT_CURRENT, out_view);
    observe_cluster(service, app, SLOT_NEXT, out_view);
    if (!admission_observe(service, app, out_view, err)) return false;
    if (!observe_roll_back(service, app, out_view, err)) return false;
    if (!snapshot_store_find_by_status(service->db, app->id, SNAPSHOT_CREATING, &out_view->snapshot,
                                       &found, err))
        return false;
    out_view->has_snapshot = found && !out_view->snapshot.is_automatic;
    out_view->is_snapshot_on_disk = out_view->has_snapshot && has_savepoint(service, app, out_view);
    out_view->running_ms = service->running_min_ms;
    out_view->wants_all_tasks = service->start_means_all_tasks;
    return observe_savepoint(service, app, out_view, err);
}

static void log_step(const struct app *app, const struct step *step, enum app_status before) {
    if (app->status != before)
        log_info("controller", "status changed", "app=%s from=%s to=%s reason=\"%s\"", app->name,
                 app_status_name(before), app_status_name(app->status), step->reason);
    else
        log_debug("controller", "step", "app=%s step=%s slot=%d reason=\"%s\"", app->name,
                  step_kind_name(step->kind), (int)step->slot, step->reason);
}

// What cannot be removed now is tried again later. It holds up nothing else.
static void remove_old_files(struct app_service *service, const struct app *app, int64_t now_ms) {
    int64_t next_ms = 0;
    bool has_failed = false;
    struct error err;

    // While a job runs, each new checkpoint prunes.
    bool prunes = app->status == APP_READY || progress_consume_left_files(service, app->id);
    if (prunes && !restore_points_prune(service, app, &err)) {
        progress_leave_files(service, app->id);
        has_failed = true;
    }
    if (!restore_points_prune_deleted(service, app, &err)) has_failed = true;
    if (!retention_apply(service, app, now_ms, &next_ms, &err)) has_failed = true;
    if (has_failed) {
        if (progress_logs_files(service, app->id))
            log_warn("controller", "restore points cannot be removed, trying again",
                     "app=%s error=\"%s\"", app->name, err.message);
        next_ms = service_after_ms(service, PROGRESS_FILES_AGAIN_MS);
    }
    if (next_ms > 0) work_queue_add(service->queue, app->id, next_ms);
}

// The plan waits: time to measure, and to remove what is not needed.
static bool idle(struct app_service *service, struct app *app, const struct step *step,
                 int64_t now_ms, struct error *err) {
    int64_t measure_ms = 0;
    int64_t maintain_ms = 0;
    int64_t look_ms = progress_observe_again_ms(service, app->id);

    if (!progress_report_slow(service, app, err)) return false;
    if (look_ms > 0) work_queue_add(service->queue, app->id, look_ms);
    if (step->again_at_ms > 0) work_queue_add(service->queue, app->id, step->again_at_ms);
    if (app->move.kind != MOVE_NONE) return true;
    remove_old_files(service, app, now_ms);
    if (!maintenance_update(service, app, now_ms, &maintain_ms, err)) return false;
    if (maintain_ms > 0) work_queue_add(service->queue, app->id, maintain_ms);
    if (app->move.kind != MOVE_NONE) return true;
    if (!metering_update(service, app, now_ms, &measure_ms, err)) return false;
    if (measure_ms > 0) work_queue_add(service->queue, app->id, measure_ms);
    return true;
}

static bool run_step(struct app_service *service, struct app *app, const struct plan_view *view,
                     const struct step *step, bool *out_gone, struct error *err) {
    if (step->kind == STEP_QUEUE) return admission_queue(service, app, view, err);
    if (!executor_run(service, app, view, step, out_gone, err)) return false;
    // There may be room for the next application in the queue.
    if (step->kind == STEP_LAUNCH) admission_wake(service);
    return true;
}

// The application was deleted: removes what other rooms keep of it in memory.
static void forget(struct app_service *service, const char *app_id) {
    metering_forget(service, app_id);
    progress_forget(service, app_id);
    misfit_forget(service, app_id);
    admission_forget(service, app_id);
    runtime_use_forget(service, app_id);
    faults_forget(service, app_id);
}

// Does the next step. `*out_more`: another one may follow at once. False: the step `*out_kind`
// failed.
static bool next_step(struct app_service *service, const char *app_id, enum step_kind *out_kind,
                      bool *out_more, struct error *err) {
    struct app app;
    struct plan_view view;
    int64_t now_ms = service_now_ms(service);
    int64_t until_ms;
    bool is_gone = false;
    bool is_found;

    *out_kind = STEP_WAIT;
    *out_more = false;
    if (faults_delay(service, app_id, now_ms, &until_ms)) {
        work_queue_add(service->queue, app_id, until_ms);
        return true;
    }
    // Loaded again for every step: a step that failed may have changed `app` in part.
    if (!app_store_load(service->db, app_id, &app, &is_found, err)) return false;
    if (!is_found) return true;
    if (!observe(service, &app, &view, err)) return false;
    if (!runtime_use_note(service, &app, err)) return false;
    progress_observe(service, &app, &view);
    struct step step = plan_next(&app, &view, now_ms);
    *out_kind = step.kind;
    if (step.kind == STEP_WAIT) {
        if (!idle(service, &app, &step, now_ms, err)) return false;
        progress_step_done(service, app_id, STEP_WAIT);
        return true;
    }
    if (progress_holds_back(service, app_id, step.kind, &until_ms) ||
        misfit_holds_back(service, &app, &view, &step, &until_ms)) {
        work_queue_add(service->queue, app_id, until_ms);
        return true;
    }
    enum app_status before = app.status;
    if (!run_step(service, &app, &view, &step, &is_gone, err)) return false;
    log_step(&app, &step, before);
    progress_step_done(service, app_id, step.kind);
    if (step.kind == STEP_COMMIT || step.kind == STEP_ROLL_BACK) misfit_forget(service, app_id);
    if (is_gone) forget(service, app_id);
    *out_more = !is_gone;
    return true;
}

// Does steps until the plan waits. False: the step `*out_kind` failed.
static bool reconcile(struct app_service *service, const char *app_id, enum step_kind *out_kind,
                      struct error *err) {
    for (int count = 0; count < STEPS_MAX; count++) {
        bool has_more;
        if (!next_step(service, app_id, out_kind, &has_more, err)) return false;
        if (!has_more) return true;
    }
    // The rest is for the next turn: other applications wait.
    work_queue_add(service->queue, app_id, service_now_ms(service) + 1);
    return true;
}

// When the service's clock is set back, what is due moves with it: else it would wait too long.
static void follow_clock(struct app_service *service, int64_t now_ms) {
    int64_t elapsed_ms = clock_now_ms(&service->elapsed);
    double passed_ms =
        (double)(elapsed_ms - service->seen_elapsed_ms) * clock_scale(&service->clock);
    int64_t set_back_ms = service->seen_now_ms + (int64_t)passed_ms - now_ms;

    if (service->seen_now_ms > 0 && set_back_ms > CLOCK_SLACK_MS)
        work_queue_shift(service->queue, -set_back_ms);
    service->seen_now_ms = now_ms;
    service->seen_elapsed_ms = elapsed_ms;
}

static void keep_snapshot(struct app_service *service, const char *snapshot_id) {
    struct error err;

    if (snapshot_keeper_run(service, snapshot_id, &err)) return;
    log_warn("controller", "snapshot step failed, trying again", "snapshot=%s error=\"%s\"",
             snapshot_id, err.message);
    service_wake_snapshot_later(service, snapshot_id, SNAPSHOT_AGAIN_MS);
}

void reconciler_run_due(struct app_service *service) {
    char app_id[WORK_NAME_SIZE];
    int64_t now_ms = service_now_ms(service);
    int64_t until_ms = clock_now_ms(&service->elapsed) + TURN_MS;

    follow_clock(service, now_ms);
    while (clock_now_ms(&service->elapsed) < until_ms &&
           work_queue_take(service->queue, now_ms, app_id)) {
        struct error err;
        enum step_kind kind;
        if (text_starts_with(app_id, SERVICE_SNAPSHOT_MARK)) {
            keep_snapshot(service, app_id + strlen(SERVICE_SNAPSHOT_MARK));
            continue;
        }
        if (text_equal(app_id, CODE_COLLECT_ID)) {
            code_collect_run(service);
            continue;
        }
        if (reconcile(service, app_id, &kind, &err)) continue;
        log_warn("controller", "step failed, trying again", "app=%s error=\"%s\"", app_id,
                 err.message);
        int64_t again_ms = progress_step_failed(service, app_id, kind, err.message);
        work_queue_add(service->queue, app_id, again_ms);
    }
}
