#include "controller/moves/maintenance.h"

#include "controller/moves/move_begin.h"
#include "controller/moves/restore.h"
#include "controller/moves/savepoint_check.h"
#include "model/maintenance_window.h"
#include "storage/operation_store.h"

bool maintenance_begin(struct app_service *service, struct app *app, struct error *err) {
    struct move_order order = {.kind = MOVE_MAINTENANCE, .event = EVENT_MAINTENANCE};
    struct job_spec spec;

    if (!service_load_spec(service, app->id, app->version, &spec, err)) return false;
    if (spec.snapshots_enabled && !savepoint_check_possible(service, app, err)) return false;
    app->move = (struct move){0};
    move_begin_plan_halt(app, &spec, "MAINTENANCE", service_now_ms(service));
    app->slots[SLOT_NEXT] = (struct placement){.phase = PLACEMENT_PLANNED,
                                               .version = app->version,
                                               .parallelism = app->current_parallelism};
    restore_at_move(app, RESTORE_LATEST, NULL);
    return move_begin(service, app, &order, err);
}

// Also where it failed: it is tried again in the next window only.
static bool was_begun_since(struct app_service *service, const struct app *app, int64_t since_ms,
                            bool *out_was_begun, struct error *err) {
    struct operation_filter filter = {.name = move_operation_name(MOVE_MAINTENANCE),
                                      .before_sequence = INT64_MAX};
    struct operation newest;
    size_t count;

    if (!operation_store_list(service->db, app->id, &filter, &newest, 1, &count, err)) return false;
    *out_was_begun = count == 1 && newest.started_at_ms >= since_ms;
    return true;
}

bool maintenance_update(struct app_service *service, struct app *app, int64_t now_ms,
                        int64_t *out_next_ms, struct error *err) {
    int64_t began_ms;
    bool was_begun;

    *out_next_ms = 0;
    if (!service->maintains || app->status != APP_RUNNING) return true;
    bool is_in_window = maintenance_window_at(app->scope.region, app->maintenance_start, now_ms,
                                              &began_ms, out_next_ms);
    if (!is_in_window || app->slots[SLOT_CURRENT].phase != PLACEMENT_UP) return true;
    // A job that came up in this window has new processes already.
    if (app->slots[SLOT_CURRENT].up_since_ms >= began_ms) return true;
    if (!was_begun_since(service, app, began_ms, &was_begun, err)) return false;
    // A job that does not work is not disturbed: the next window will do.
    if (was_begun || !savepoint_check_possible(service, app, NULL)) return true;
    return maintenance_begin(service, app, err);
}
