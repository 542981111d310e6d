#include "controller/moves/move_end.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/history/operation_log.h"
#include "controller/history/trouble.h"
#include "controller/moves/cluster_names.h"
#include "controller/moves/code_collect.h"
#include "controller/moves/lifecycle.h"
#include "controller/moves/move_failure.h"
#include "controller/moves/restore_points_keep.h"
#include "controller/moves/snapshot_ledger.h"
#include "controller/moves/spare.h"
#include "storage/app_store.h"
#include "storage/snapshot_store.h"
#include "storage/version_store.h"

static int configured_parallelism(struct app_service *service, const struct app *app) {
    struct job_spec spec;

    return service_load_spec(service, app->id, app->version, &spec, NULL) ? spec.parallelism : 1;
}

// The row that HALT added and did not finish.
static bool fail_snapshot_of_move(struct app_service *service, const struct app *app,
                                  struct error *err) {
    struct snapshot snapshot;
    bool found;

    if (app->move.trigger_id[0] == '\0' || app->move.halted) return true;
    if (!snapshot_store_find(service->db, app->id, app->move.snapshot_name, &snapshot, &found, err))
        return false;
    if (!found) return true;
    snapshot.status = SNAPSHOT_FAILED;
    return snapshot_ledger_save(service, app, &snapshot, "its move was given up", err);
}

static bool end_operation(struct app_service *service, const struct app *app,
                          enum operation_status status, const char *failure, struct error *err) {
    if (app->move.operation_id[0] == '\0') return true;
    return operation_log_end(service->db, app->id, app->move.operation_id, status, failure,
                             service_now_ms(service), err);
}

static bool fail_operation(struct app_service *service, struct app *app,
                           const struct plan_view *view, struct error *err) {
    AUTO(memory_free) char *full = move_failure_full(app, view);
    char brief[OPERATION_ERROR_SIZE];

    move_failure_brief(app, view, brief);
    return event_log_add(service, app, "error", full, NULL, err) &&
           end_operation(service, app, OPERATION_FAILED, brief, err);
}

// --- the events ---

// The checkpoint and the restarts on record are those of the job before.
static void forget_job(struct app *app) {
    app->last_checkpoint[0] = '\0';
    app->job_restarts = 0;
}

static struct placement *move_next_to_current(struct app *app) {
    app->slots[SLOT_CURRENT] = app->slots[SLOT_NEXT];
    app->slots[SLOT_NEXT] = (struct placement){0};
    forget_job(app);
    return &app->slots[SLOT_CURRENT];
}

static bool end_up(struct app_service *service, struct app *app, const struct plan_view *view,
                   struct error *err) {
    struct placement *current = &app->slots[SLOT_CURRENT];

    (void)view;
    // EMPTY: a roll back of a move before its HALT. The old job still runs.
    if (app->slots[SLOT_NEXT].phase != PLACEMENT_EMPTY) {
        current = move_next_to_current(app);
        placement_come_up(current, service_now_ms(service));
        current->attempt = 0;
    }
    app->current_parallelism = current->parallelism;
    return end_operation(service, app, OPERATION_SUCCESSFUL, NULL, err);
}

// The version before runs as soon as there is a cluster for it: from now on this is a recovery.
static bool end_resumed(struct app_service *service, struct app *app, const struct plan_view *view,
                        struct error *err) {
    if (!event_log_add(service, app, "error", move_failure_of(app, view), NULL, err)) return false;
    struct placement *current = move_next_to_current(app);
    current->phase = PLACEMENT_PLANNED;
    current->cluster_id[0] = '\0';
    app->current_parallelism = current->parallelism;
    return end_operation(service, app, OPERATION_SUCCESSFUL, NULL, err);
}

// The old job continues: the version that never ran stays in the history, so that its number is
// not used again (facts/api.md 5.9).
static bool take_back_version(struct app_service *service, struct app *app, struct error *err) {
    int64_t given_up = app->version;

    app->version = app->move.previous_version;
    if (app->move.kind == MOVE_ROLL_BACK &&
        !version_store_mark_rolled_back(service->db, app->id, app->version, false, err))
        return false;
    return version_store_mark_rolled_back(service->db, app->id, given_up, true, err);
}

static bool end_reverted(struct app_service *service, struct app *app, const struct plan_view *view,
                         struct error *err) {
    // The old job runs again, as the roll back wanted: it was being stopped, and could not be.
    bool is_as_wanted =
        app->move.kind == MOVE_ROLL_BACK && app->slots[SLOT_CURRENT].version == app->version;

    bool is_ended = is_as_wanted ? end_operation(service, app, OPERATION_SUCCESSFUL, NULL, err)
                                 : fail_operation(service, app, view, err);
    if (!is_ended) return false;
    if (!fail_snapshot_of_move(service, app, err)) return false;
    app->slots[SLOT_NEXT] = (struct placement){0};
    if (is_as_wanted || app->move.previous_version == 0) return true;
    return take_back_version(service, app, err);
}

static bool become_ready(struct app_service *service, struct app *app, struct error *err) {
    if (!restore_points_keep_at_end(service, app, err)) return false;
    app->slots[SLOT_CURRENT] = (struct placement){0};
    app->slots[SLOT_NEXT] = (struct placement){0};
    app->has_run_configuration = false;
    app->last_checkpoint[0] = '\0';
    app->current_parallelism = configured_parallelism(service, app);
    return true;
}

static bool end_abandoned(struct app_service *service, struct app *app,
                          const struct plan_view *view, struct error *err) {
    return fail_operation(service, app, view, err) && become_ready(service, app, err);
}

static bool end_halted(struct app_service *service, struct app *app, const struct plan_view *view,
                       struct error *err) {
    (void)view;
    return end_operation(service, app, OPERATION_SUCCESSFUL, NULL, err) &&
           become_ready(service, app, err);
}

// The job failed by itself: there is no operation to end.
static bool end_failed(struct app_service *service, struct app *app, const struct plan_view *view,
                       struct error *err) {
    (void)view;
    return become_ready(service, app, err);
}

// The job reached its end: Flink removes its checkpoints, and nothing is kept as a restore point.
static bool end_finished(struct app_service *service, struct app *app, const struct plan_view *view,
                         struct error *err) {
    (void)view;
    app->slots[SLOT_CURRENT].phase = PLACEMENT_EMPTY;
    return become_ready(service, app, err);
}

typedef bool end_fn(struct app_service *service, struct app *app, const struct plan_view *view,
                    struct error *err);

static end_fn *const ends[APP_EVENT_COUNT] = {
    [EVENT_UP] = end_up,
    [EVENT_REVERTED] = end_reverted,
    [EVENT_ABANDONED] = end_abandoned,
    [EVENT_HALTED] = end_halted,
    [EVENT_FINISHED] = end_finished,
    [EVENT_FAILED] = end_failed,
    [EVENT_RESUMED] = end_resumed,
};

// A job that is FINISHED may have been stopped by a savepoint whose move was given up: then it is
// brought back from it.
static bool bring_back_stopped(struct app_service *service, struct app *app, bool *out_back,
                               struct error *err) {
    struct placement *current = &app->slots[SLOT_CURRENT];
    struct snapshot late;
    bool is_late;

    *out_back = false;
    if (!restore_points_keep_late(service, app, &is_late, &late, err)) return false;
    if (!is_late || !restore_was_stopped_by(app, &late)) return true;
    *out_back = true;
    current->phase = PLACEMENT_PLANNED;
    current->from = restore_of_snapshot(&late);
    current->job_id[0] = current->cluster_id[0] = '\0';
    current->attempt = 0;
    current->not_before_ms = 0;
    forget_job(app);
    app->recoveries++;
    json_t *detail = json_new_object();
    json_put_text(detail, "reason", "it stopped with the savepoint of a move that was given up");
    return trouble_add_recovery(service, app, "LOST", "the job is brought back", detail, err) &&
           app_store_save(service->db, app, err);
}

bool move_end_see_finished(struct app_service *service, struct app *app, struct error *err) {
    struct cluster_names before = cluster_names_of(app);
    AUTO(db_rollback) struct db_tx tx = {0};
    bool is_back = false;

    if (!db_begin(service->db, &tx, err)) return false;
    if (!bring_back_stopped(service, app, &is_back, err)) return false;
    if (!is_back) {
        app->slots[SLOT_CURRENT].phase = PLACEMENT_ENDED;
        if (!event_log_add(service, app, "end", "the job reached its end", NULL, err)) return false;
        if (!app_store_save(service->db, app, err)) return false;
    }
    if (!db_commit(&tx, err)) return false;
    cluster_names_retire_dropped(service, &before, app);
    return true;
}

// Which tasks ran when the move was over; NULL = that says nothing.
static json_t *detail_of(enum app_event event, const struct plan_view *view) {
    const struct cluster_view *next = &view->slots[SLOT_NEXT];

    if (event != EVENT_UP || next->tasks_total == 0) return NULL;
    json_t *detail = json_new_object();
    json_put_int(detail, "tasksRunning", next->tasks_running);
    json_put_int(detail, "tasksTotal", next->tasks_total);
    return detail;
}

bool move_end_commit(struct app_service *service, struct app *app, const struct plan_view *view,
                     const struct step *step, struct error *err) {
    enum app_event event = step->event;
    enum app_status status_before = app->status;
    struct cluster_names before = cluster_names_of(app);
    bool is_back = false;
    AUTO(db_rollback) struct db_tx tx = {0};

    // Before the newest state is searched: afterwards nothing writes it any more.
    if (event == EVENT_ABANDONED || event == EVENT_HALTED) cluster_names_retire(service, &before);
    if (!db_begin(service->db, &tx, err)) return false;
    if (event == EVENT_FINISHED && !bring_back_stopped(service, app, &is_back, err)) return false;
    if (is_back) {
        if (!db_commit(&tx, err)) return false;
        cluster_names_retire_dropped(service, &before, app);
        return true;
    }
    if (!lifecycle_apply(&app->status, event, err)) return false;
    if (!event_log_phase(service, app, app_event_name(event), detail_of(event, view), err))
        return false;
    if (!ends[event](service, app, view, err)) return false;
    if (!event_log_status(service, app, status_before, step->reason, err)) return false;
    app->move = (struct move){0};
    if (!app_store_save(service->db, app, err)) return false;
    if (!db_commit(&tx, err)) return false;
    cluster_names_retire_dropped(service, &before, app);
    spare_keep(service, app);
    return true;
}

bool move_end_erase(struct app_service *service, struct app *app, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};

    for (int slot = 0; slot < SLOT_COUNT; slot++)
        cluster_retire(&service->clusters, app->slots[slot].cluster_id);
    if (!state_files_erase_app(&service->state_files, app->id, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!snapshot_ledger_abandon(service, app, err)) return false;
    if (!app_store_remove(service->db, app->id, err)) return false;
    code_collect_soon(service);
    service_wake_snapshot(service, ""); // its enhanced snapshots have no application now
    return db_commit(&tx, err);
}
