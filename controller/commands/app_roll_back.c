// RollbackApplication.
#include "base/json.h"
#include "base/text.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"
#include "controller/moves/lifecycle.h"
#include "controller/moves/move_begin.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/roll_back.h"
#include "controller/moves/version_change.h"
#include "storage/app_store.h"

static bool check(const struct app_detail *detail, const json_t *request, int64_t *out_target,
                  struct error *err) {
    const struct app *app = &detail->app;
    bool is_moving = app->status == APP_UPDATING || app->status == APP_AUTOSCALING;

    // Maintenance goes back only by itself (facts/api.md 4.2).
    if (!lifecycle_allows(app->status, EVENT_ROLL_BACK) || app->status == APP_MAINTENANCE)
        return error_set(err, ERROR_CONFLICT, "Application cannot be rolled back in '%s' state",
                         app_status_name(app->status));
    if (!version_change_check_id(detail, request, err)) return false;
    *out_target = detail->version.updated_from;
    // A scaling makes no version: its target is the current one.
    if (is_moving)
        *out_target = app->move.previous_version != 0 ? app->move.previous_version : app->version;
    if (*out_target != 0) return true;
    return error_set(err, ERROR_REQUEST, "Application %s has no previous version to roll back to",
                     app->name);
}

// Of a RUNNING application: its job ends without a savepoint, because its state may be the reason
// for the roll back, and the version before starts from the last snapshot. Its newest checkpoint is
// kept.
static bool plan_from_running(struct app_service *service, struct app *app, int64_t version,
                              const struct job_spec *spec, struct error *err) {
    app->slots[SLOT_NEXT] = (struct placement){
        .phase = PLACEMENT_PLANNED, .version = version, .parallelism = spec->parallelism};
    app->move = (struct move){0};
    move_begin_plan_drop(app, "ROLLBACKAPPLICATION", service_now_ms(service));
    return restore_points_at_roll_back(service, app, spec->runtime, err);
}

// During a move: what it has done so far decides where the job continues.
static bool plan_from_move(struct app_service *service, struct app *app, int64_t version,
                           const struct job_spec *spec, struct error *err) {
    struct placement *current = &app->slots[SLOT_CURRENT];
    struct placement *next = &app->slots[SLOT_NEXT];
    struct cluster_view view = {0};

    if (!app->move.halted) {
        // The old job runs the target already, so it only gets the new version number. Where it is
        // being stopped, it restarts from that savepoint on a cluster of the old version.
        current->version = version;
        *next = (struct placement){0};
        if (app->move.trigger_id[0] == '\0') return true;
        *next = (struct placement){
            .phase = PLACEMENT_PLANNED, .version = version, .parallelism = current->parallelism};
        restore_at_move(app, RESTORE_LATEST, NULL);
        return true;
    }
    if (current->cluster_id[0] != '\0')
        cluster_view(&service->clusters, current->cluster_id, &view);
    if (current->phase == PLACEMENT_EMPTY) next->parallelism = spec->parallelism;
    roll_back_place(app, version,
                    current->phase != PLACEMENT_EMPTY && view.health == CLUSTER_READY);
    return restore_points_at_roll_back(service, app, spec->runtime, err);
}

static bool roll_back(struct app_service *service, struct app *app, int64_t target,
                      struct error *err) {
    bool is_moving = app->status != APP_RUNNING;
    char interrupted[APP_OPERATION_ID_SIZE];
    char dropped[APP_CLUSTER_ID_SIZE];
    struct move_order order = {
        .kind = MOVE_ROLL_BACK, .event = EVENT_ROLL_BACK, .interrupted = interrupted};
    AUTO(db_rollback) struct db_tx tx = {0};
    struct job_spec spec;
    int64_t version;

    if (!service_load_spec(service, app->id, target, &spec, err)) return false;
    (void)text_copy(interrupted, sizeof interrupted, app->move.operation_id);
    (void)text_copy(dropped, sizeof dropped, app->slots[SLOT_NEXT].cluster_id);
    app->run_configuration = (struct run_configuration){.restore_type = RESTORE_LATEST};
    if (!db_begin(service->db, &tx, err)) return false;
    if (!roll_back_add_version(service, app, target, &version, err)) return false;
    if (!(is_moving ? plan_from_move : plan_from_running)(service, app, version, &spec, err))
        return false;
    roll_back_count(app, version, service_now_ms(service));
    if (!move_begin_in(service, app, &order, err)) return false;
    if (!db_commit(&tx, err)) return false;
    if (!text_equal(dropped, app->slots[SLOT_NEXT].cluster_id))
        cluster_retire(&service->clusters, dropped);
    move_begin_wake(service, app);
    return true;
}

bool app_service_roll_back(struct app_service *service, const struct app_scope *scope,
                           const char *name, const json_t *request, struct app_detail *out_detail,
                           char out_operation_id[static APP_OPERATION_ID_SIZE], struct error *err) {
    AUTO(app_detail_release) struct app_detail detail = {0};
    int64_t target = 0;

    if (!app_service_describe(service, scope, name, &detail, err)) return false;
    if (!check(&detail, request, &target, err)) return false;
    if (!roll_back(service, &detail.app, target, err)) return false;
    (void)text_copy(out_operation_id, APP_OPERATION_ID_SIZE, detail.app.move.operation_id);
    return app_service_describe(service, scope, name, out_detail, err);
}
