#include "controller/moves/move_end.h"

#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/history/operation_log.h"
#include "controller/history/trouble.h"
#include "controller/moves/code_collect.h"
#include "controller/moves/lifecycle.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/restore_points_keep.h"
#include "controller/moves/roll_back.h"
#include "controller/moves/spare.h"
#include "storage/app_store.h"
#include "storage/snapshot_store.h"
#include "storage/version_store.h"

// The ids of the clusters an application names, so that those it does not name any more can be
// retired after the commit.
struct cluster_names {
    char ids[SLOT_COUNT][APP_CLUSTER_ID_SIZE];
};

static struct cluster_names names_of(const struct app *app) {
    struct cluster_names names = {0};

    for (int slot = 0; slot < SLOT_COUNT; slot++)
        (void)text_copy(names.ids[slot], APP_CLUSTER_ID_SIZE, app->slots[slot].cluster_id);
    return names;
}

static void retire_unnamed(const struct app_service *service, const struct cluster_names *before,
                           const struct app *app) {
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        const char *id = before->ids[slot];
        if (id[0] == '\0' || text_equal(id, app->slots[SLOT_CURRENT].cluster_id) ||
            text_equal(id, app->slots[SLOT_NEXT].cluster_id))
            continue;
        cluster_retire(&service->clusters, id);
    }
}

static void retire_all(const struct app_service *service, const struct cluster_names *names) {
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        if (names->ids[slot][0] != '\0') cluster_retire(&service->clusters, names->ids[slot]);
}

static void describe_memory(const struct plan_view *view, char *out, size_t size_bytes) {
    (void)text_format(
        out, size_bytes,
        "The memory budget of kobel does not allow it: the application needs %lld MB, "
        "and %lld MB of %lld MB are in use. Stop another application, lower the "
        "parallelism or start kobel with a larger --memory-budget.",
        (long long)(view->memory_needed_bytes >> 20), (long long)(view->memory_used_bytes >> 20),
        (long long)(view->memory_budget_bytes >> 20));
}

// Why it did not work, for ErrorString: what Flink said of the cluster in question, else what was
// noted on the way. May be written into the move's own failure.
static const char *failure_of(struct app *app, const struct plan_view *view) {
    const struct placement *placement = &app->slots[SLOT_NEXT];
    const struct cluster_view *next = &view->slots[SLOT_NEXT];
    const struct savepoint_view *savepoint = &view->slots[SLOT_CURRENT].savepoint;

    if (view->hopeless[0] != '\0') return view->hopeless;
    if (placement->phase > PLACEMENT_PLANNED && next->failure[0] != '\0') return next->failure;
    if (placement->phase == PLACEMENT_PLANNED && placement->attempt < PLAN_ATTEMPTS_MAX &&
        !view->fits_beside)
        describe_memory(view, app->move.failure, sizeof app->move.failure);
    if (savepoint->state == SAVEPOINT_FAILED &&
        text_equal(savepoint->trigger_id, app->move.trigger_id))
        return savepoint->failure;
    if (app->move.failure[0] != '\0') return app->move.failure;
    return "the cluster did not start";
}

static int configured_parallelism(struct app_service *service, const struct app *app) {
    struct job_spec spec;
    struct error err;

    return service_load_spec(service, app->id, app->version, &spec, &err) ? spec.parallelism : 1;
}

// The row that HALT made and never finished.
static bool fail_snapshot_of_move(struct app_service *service, const struct app *app,
                                  struct error *err) {
    struct snapshot snapshot;
    bool found;

    if (app->move.trigger_id[0] == '\0' || app->move.halted) return true;
    if (!snapshot_store_find(service->db, app->id, app->move.snapshot_name, &snapshot, &found, err))
        return false;
    if (!found) return true;
    snapshot.status = SNAPSHOT_FAILED;
    return snapshot_store_save(service->db, app->id, &snapshot, err) &&
           event_log_snapshot(service, app, snapshot.name, "FAILED", "its move was given up", err);
}

static bool end_operation(struct app_service *service, const struct app *app,
                          enum operation_status status, const char *failure, struct error *err) {
    if (failure != NULL && !event_log_add(service, app, "error", failure, NULL, err)) return false;
    if (app->move.operation_id[0] == '\0') return true;
    return operation_log_end(service->db, app->id, app->move.operation_id, status, failure,
                             service_now_ms(service), err);
}

// --- the events ---

// The checkpoint and the restarts on record are those of the job before.
static void forget_job(struct app *app) {
    app->last_checkpoint[0] = '\0';
    app->job_restarts = 0;
}

static struct placement *take_over(struct app *app, enum placement_phase phase) {
    struct placement *current = &app->slots[SLOT_CURRENT];

    *current = app->slots[SLOT_NEXT];
    current->phase = phase;
    forget_job(app);
    return current;
}

static bool end_up(struct app_service *service, struct app *app, const struct plan_view *view,
                   struct error *err) {
    struct placement *current = &app->slots[SLOT_CURRENT];

    (void)view;
    // A roll-back of a move that had not reached the old job leaves that one running.
    if (app->slots[SLOT_NEXT].phase != PLACEMENT_EMPTY) {
        current = take_over(app, PLACEMENT_UP);
        placement_come_up(current, service_now_ms(service));
        current->attempt = 0;
    }
    app->slots[SLOT_NEXT] = (struct placement){0};
    app->current_parallelism = current->parallelism;
    return end_operation(service, app, OPERATION_SUCCESSFUL, NULL, err);
}

// What was gone back to runs as soon as there is a cluster for it: a recovery from here on.
static bool end_resumed(struct app_service *service, struct app *app, const struct plan_view *view,
                        struct error *err) {
    if (!event_log_add(service, app, "error", failure_of(app, view), NULL, err)) return false;
    struct placement *current = take_over(app, PLACEMENT_PLANNED);
    current->cluster_id[0] = '\0';
    app->slots[SLOT_NEXT] = (struct placement){0};
    app->current_parallelism = current->parallelism;
    return end_operation(service, app, OPERATION_SUCCESSFUL, NULL, err);
}

// The old job goes on: a version that never ran is taken back.
static bool take_version_back(struct app_service *service, struct app *app, struct error *err) {
    int64_t given_up = app->version;

    app->version = app->move.previous_version;
    if (app->move.kind == MOVE_ROLL_BACK &&
        !version_store_mark_rolled_back(service->db, app->id, app->version, false, err))
        return false;
    code_collect_soon(service);
    return version_store_remove(service->db, app->id, given_up, err);
}

static bool end_reverted(struct app_service *service, struct app *app, const struct plan_view *view,
                         struct error *err) {
    // What a roll-back wanted: the old job was stopping, and could not.
    bool is_as_wanted =
        app->move.kind == MOVE_ROLL_BACK && app->slots[SLOT_CURRENT].version == app->version;
    enum operation_status status = is_as_wanted ? OPERATION_SUCCESSFUL : OPERATION_FAILED;
    const char *failure = is_as_wanted ? NULL : failure_of(app, view);

    if (!end_operation(service, app, status, failure, err)) return false;
    if (!fail_snapshot_of_move(service, app, err)) return false;
    app->slots[SLOT_NEXT] = (struct placement){0};
    if (is_as_wanted || app->move.previous_version == 0) return true;
    return take_version_back(service, app, err);
}

static bool come_to_rest(struct app_service *service, struct app *app, struct error *err) {
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
    return end_operation(service, app, OPERATION_FAILED, failure_of(app, view), err) &&
           come_to_rest(service, app, err);
}

static bool end_halted(struct app_service *service, struct app *app, const struct plan_view *view,
                       struct error *err) {
    (void)view;
    return end_operation(service, app, OPERATION_SUCCESSFUL, NULL, err) &&
           come_to_rest(service, app, err);
}

// The job failed by itself: nothing was asked for, so no operation ends.
static bool end_failed(struct app_service *service, struct app *app, const struct plan_view *view,
                       struct error *err) {
    (void)view;
    return come_to_rest(service, app, err);
}

// The job has done what it was there for: what is left of its state (Flink removes its checkpoints)
// is no restore point.
static bool end_finished(struct app_service *service, struct app *app, const struct plan_view *view,
                         struct error *err) {
    (void)view;
    app->slots[SLOT_CURRENT].phase = PLACEMENT_EMPTY;
    return come_to_rest(service, app, err);
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

// A job that seems to have reached its end may have been stopped after all, by a savepoint whose
// move was given up. With no checkpoint after it that is certain, and the job is brought back.
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

bool move_end_commit(struct app_service *service, struct app *app, const struct plan_view *view,
                     const struct step *step, struct error *err) {
    enum app_event event = step->event;
    enum app_status status_before = app->status;
    struct cluster_names before = names_of(app);
    bool is_back = false;
    AUTO(db_rollback) struct db_tx tx = {0};

    // What a job leaves is looked at when nothing writes any more.
    if (event == EVENT_ABANDONED || event == EVENT_HALTED) retire_all(service, &before);
    if (!db_begin(service->db, &tx, err)) return false;
    if (event == EVENT_FINISHED && !bring_back_stopped(service, app, &is_back, err)) return false;
    if (is_back) {
        if (!db_commit(&tx, err)) return false;
        retire_unnamed(service, &before, app);
        return true;
    }
    if (!lifecycle_apply(&app->status, event, err)) return false;
    if (!event_log_phase(service, app, app_event_name(event), NULL, err)) return false;
    if (!ends[event](service, app, view, err)) return false;
    if (!event_log_status(service, app, status_before, step->reason, err)) return false;
    app->move = (struct move){0};
    if (!app_store_save(service->db, app, err)) return false;
    if (!db_commit(&tx, err)) return false;
    retire_unnamed(service, &before, app);
    spare_keep(service, app);
    return true;
}

bool move_end_roll_back(struct app_service *service, struct app *app, const struct plan_view *view,
                        struct error *err) {
    struct cluster_names before = names_of(app);
    enum app_status before_status = app->status;
    int64_t now_ms = service_now_ms(service);
    struct operation operation = {0};
    AUTO(db_rollback) struct db_tx tx = {0};

    (void)text_copy(app->move.failure, sizeof app->move.failure, failure_of(app, view));
    if (!db_begin(service->db, &tx, err)) return false;
    if (!operation_log_begin(service->db, app->id, move_operation_name(MOVE_ROLL_BACK), now_ms,
                             app->version, app->version + 1, &operation, err))
        return false;
    if (!operation_log_fail_with_roll_back(service->db, app->id, app->move.operation_id,
                                           app->move.failure, operation.id, now_ms, err))
        return false;
    // A scaling changed no version: what is gone back to is the current one.
    int64_t target = app->move.previous_version > 0 ? app->move.previous_version : app->version;
    if (!roll_back_add_version(service, app, target, err)) return false;
    if (!lifecycle_apply(&app->status, EVENT_ROLL_BACK, err)) return false;
    if (!event_log_status(service, app, before_status, app->move.failure, err)) return false;
    // Whatever the next job was to start from, the version before goes on where it was.
    bool has_halt;
    if (!restore_points_of_halt(service, app, &app->slots[SLOT_NEXT].from, &has_halt, err))
        return false;
    // Where its cluster has made room already, nothing else knows how many there were.
    if (app->slots[SLOT_CURRENT].phase == PLACEMENT_EMPTY)
        app->slots[SLOT_NEXT].parallelism = app->current_parallelism;
    // The old cluster is warm, and its job is over: it takes the job back.
    roll_back_place(app, app->slots[SLOT_CURRENT].phase != PLACEMENT_EMPTY &&
                             view->slots[SLOT_CURRENT].health == CLUSTER_READY);
    roll_back_count(app, now_ms);
    app->move.kind = MOVE_ROLL_BACK;
    (void)text_copy(app->move.operation_id, sizeof app->move.operation_id, operation.id);
    if (!app_store_save(service->db, app, err)) return false;
    if (!db_commit(&tx, err)) return false;
    retire_unnamed(service, &before, app);
    return true;
}

bool move_end_erase(struct app_service *service, struct app *app, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};

    for (int slot = 0; slot < SLOT_COUNT; slot++)
        cluster_retire(&service->clusters, app->slots[slot].cluster_id);
    if (!state_files_erase_app(&service->state_files, app->id, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!app_store_remove(service->db, app->id, err)) return false;
    code_collect_soon(service);
    return db_commit(&tx, err);
}
