#include "controller/moves/roll_back.h"

#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/history/operation_log.h"
#include "controller/moves/cluster_names.h"
#include "controller/moves/code_collect.h"
#include "controller/moves/lifecycle.h"
#include "controller/moves/move_failure.h"
#include "controller/moves/restore_points.h"
#include "storage/app_store.h"
#include "storage/version_store.h"

bool roll_back_add_version(struct app_service *service, const struct app *app, int64_t target,
                           int64_t *out_version, struct error *err) {
    AUTO(app_version_release) struct app_version version = {0};

    if (!service_load_version(service, app->id, target, &version, err)) return false;
    if (!version_store_next(service->db, app->id, &version.version, err)) return false;
    version.created_at_ms = service_now_ms(service);
    version.updated_from = app->version;
    version.rolled_back_from = app->version;
    version.rolled_back_to = target;
    version.is_rolled_back = false;
    random_id_hex(version.token, 32);
    if (version.version > VERSIONS_KEPT) code_collect_soon(service);
    *out_version = version.version;
    return version_store_add(service->db, app->id, &version, err) &&
           version_store_mark_rolled_back(service->db, app->id, app->version, true, err);
}

void roll_back_place(struct app *app, int64_t version, bool old_cluster_stands) {
    const struct placement old = app->slots[SLOT_CURRENT];
    struct placement *next = &app->slots[SLOT_NEXT];

    next->phase = old_cluster_stands ? PLACEMENT_LAUNCHED : PLACEMENT_PLANNED;
    (void)text_copy(next->cluster_id, sizeof next->cluster_id,
                    old_cluster_stands ? old.cluster_id : "");
    next->job_id[0] = '\0';
    next->version = version;
    if (old.phase != PLACEMENT_EMPTY) next->parallelism = old.parallelism;
    next->attempt = 0;
    next->not_before_ms = 0;
    next->allow_non_restored_state = false;
    app->slots[SLOT_CURRENT] = (struct placement){0};
    app->move.failure[0] = '\0';
}

void roll_back_count(struct app *app, int64_t version, int64_t now_ms) {
    app->move.previous_version = app->version;
    app->version = version;
    app->updated_at_ms = now_ms;
}

// The operation of the move is over; `roll_back` is the one that follows.
static bool fail_operation(struct app_service *service, struct app *app,
                           const struct plan_view *view, const struct operation *roll_back,
                           struct error *err) {
    AUTO(memory_free) char *full = move_failure_full(app, view);
    char failure[OPERATION_ERROR_SIZE];

    move_failure_brief(app, view, failure);
    if (!operation_log_fail_with_roll_back(service->db, app->id, app->move.operation_id, failure,
                                           roll_back->id, service_now_ms(service), err))
        return false;
    return view->misfit == NULL || event_log_add(service, app, "error", full, NULL, err);
}

bool roll_back_after_failure(struct app_service *service, struct app *app,
                             const struct plan_view *view, struct error *err) {
    struct cluster_names before = cluster_names_of(app);
    enum app_status before_status = app->status;
    int64_t now_ms = service_now_ms(service);
    struct operation operation = {0};
    char failure[OPERATION_ERROR_SIZE];
    struct state_ref left;
    int64_t version;
    bool has_left;
    AUTO(db_rollback) struct db_tx tx = {0};

    move_failure_brief(app, view, failure);
    // Scaling and maintenance change no version: the current one runs again.
    int64_t target = app->move.previous_version > 0 ? app->move.previous_version : app->version;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!roll_back_add_version(service, app, target, &version, err)) return false;
    if (!operation_log_begin(service->db, app->id, move_operation_name(MOVE_ROLL_BACK), now_ms,
                             app->version, version, &operation, err))
        return false;
    if (!fail_operation(service, app, view, &operation, err)) return false;
    if (!lifecycle_apply(&app->status, EVENT_ROLL_BACK, err)) return false;
    if (!event_log_status(service, app, before_status, failure, err)) return false;
    if (!restore_points_of_halt(service, app, &left, &has_left, err)) return false;
    app->slots[SLOT_NEXT].from = restore_at_roll_back(app, has_left ? &left : NULL, NULL);
    // Its cluster is gone already: only the application still has its parallelism.
    if (app->slots[SLOT_CURRENT].phase == PLACEMENT_EMPTY)
        app->slots[SLOT_NEXT].parallelism = app->current_parallelism;
    // The old cluster is warm and its job is over: it runs the job again.
    roll_back_place(app, version,
                    app->slots[SLOT_CURRENT].phase != PLACEMENT_EMPTY &&
                        view->slots[SLOT_CURRENT].health == CLUSTER_READY);
    roll_back_count(app, version, now_ms);
    app->move.kind = MOVE_ROLL_BACK;
    (void)text_copy(app->move.operation_id, sizeof app->move.operation_id, operation.id);
    if (!app_store_save(service->db, app, err)) return false;
    if (!db_commit(&tx, err)) return false;
    cluster_names_retire_dropped(service, &before, app);
    return true;
}
