#include "controller/moves/move_begin.h"

#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/history/operation_log.h"
#include "model/enhanced_snapshot.h"
#include "storage/app_store.h"

static bool cancel_interrupted(struct app_service *service, const struct app *app,
                               const char *operation_id, struct error *err) {
    if (text_is_empty(operation_id)) return true;
    return operation_log_end(service->db, app->id, operation_id, OPERATION_CANCELLED, NULL,
                             service_now_ms(service), err);
}

bool move_begin_in(struct app_service *service, struct app *app, const struct move_order *order,
                   struct error *err) {
    const char *name =
        order->operation_name != NULL ? order->operation_name : move_operation_name(order->kind);
    int64_t now_ms = service_now_ms(service);
    bool changes_version = app->move.previous_version != 0;
    enum app_status before = app->status;
    struct operation operation = {0};

    if (!lifecycle_apply(&app->status, order->event, err)) return false;
    if (!event_log_status(service, app, before, name[0] == '\0' ? "DeleteApplication" : name, err))
        return false;
    if (!cancel_interrupted(service, app, order->interrupted, err)) return false;
    app->move.kind = order->kind;
    app->move.started_at_ms = now_ms;
    if (name[0] != '\0') {
        if (!operation_log_begin(service->db, app->id, name, now_ms, app->move.previous_version,
                                 changes_version ? app->version : 0, &operation, err))
            return false;
        (void)text_copy(app->move.operation_id, sizeof app->move.operation_id, operation.id);
    }
    return app_store_save(service->db, app, err);
}

void move_begin_wake(struct app_service *service, const struct app *app) {
    work_queue_add(service->queue, app->id, service_now_ms(service));
}

bool move_begin(struct app_service *service, struct app *app, const struct move_order *order,
                struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!db_begin(service->db, &tx, err)) return false;
    if (!move_begin_in(service, app, order, err)) return false;
    if (!db_commit(&tx, err)) return false;
    move_begin_wake(service, app);
    return true;
}

// Application names have at most 128 characters, names of application snapshots 256: it fits.
static void name_snapshot(struct app *app, const char *prefix, int64_t now_ms) {
    (void)text_format(app->move.snapshot_name, sizeof app->move.snapshot_name, "%s-%s-%lld", prefix,
                      app->name, (long long)now_ms);
}

void move_begin_plan_halt(struct app *app, const struct job_spec *spec, const char *prefix,
                          int64_t now_ms) {
    char name[ENHANCED_NAME_SIZE];

    app->move.halt = spec->snapshots_enabled ? HALT_SAVEPOINT : HALT_DISCARDS;
    if (!spec->snapshots_enabled) return;
    name_snapshot(app, prefix, now_ms);
    if (!spec->uses_enhanced_snapshots) return;
    enhanced_snapshot_system_name(app->name, now_ms, name);
    enhanced_snapshot_row_name(name, app->move.snapshot_name);
}

void move_begin_plan_drop(struct app *app, const char *prefix, int64_t now_ms) {
    app->move.halt = HALT_CHECKPOINT;
    name_snapshot(app, prefix, now_ms);
}
