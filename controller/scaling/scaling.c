#include "controller/scaling/scaling.h"

#include "controller/history/event_log.h"
#include "controller/moves/move_begin.h"
#include "controller/moves/restore.h"
#include "controller/moves/savepoint_check.h"
#include "controller/scaling/autoscaler.h"
#include "controller/scaling/scaling_record.h"
#include "controller/scaling/scaling_settings.h"
#include "storage/scaling_store.h"

static bool load_last_move(struct app_service *service, const struct app *app,
                           struct scaling_last_move *out_move, struct error *err) {
    AUTO(json_decref) json_t *moves = NULL;

    if (!scaling_store_list(service->db, app->id, true, 1, &moves, err)) return false;
    *out_move = scaling_record_last_move(
        json_array_get(moves, 0), app->slots[SLOT_CURRENT].up_since_ms, app->current_parallelism);
    return true;
}

static bool log_scaling(struct app_service *service, const struct app *app,
                        const struct scaling_decision *decision, struct error *err) {
    json_t *detail = json_new_object();

    json_put_int(detail, "from", app->current_parallelism);
    json_put_int(detail, "to", decision->wanted_parallelism);
    json_put_text(detail, "reason", scaling_reason_name(decision->reason));
    return event_log_add(service, app, "scaling", decision->text, detail, err);
}

static bool begin_move(struct app_service *service, struct app *app,
                       const struct scaling_settings *settings,
                       const struct scaling_decision *decision, int64_t now_ms, const json_t *body,
                       struct error *err) {
    struct move_order order = {.kind = MOVE_SCALE, .event = EVENT_SCALE};
    AUTO(db_rollback) struct db_tx tx = {0};

    app->move = (struct move){0};
    move_begin_plan_halt(app, &settings->spec, "AUTOSCALING", now_ms);
    app->slots[SLOT_NEXT] = (struct placement){.phase = PLACEMENT_PLANNED,
                                               .version = app->version,
                                               .parallelism = decision->wanted_parallelism};
    restore_at_move(app, RESTORE_LATEST, NULL);
    if (!db_begin(service->db, &tx, err)) return false;
    if (!scaling_store_add(service->db, app->id, now_ms, true, body, err)) return false;
    if (!log_scaling(service, app, decision, err)) return false;
    if (!move_begin_in(service, app, &order, err)) return false;
    if (!db_commit(&tx, err)) return false;
    move_begin_wake(service, app);
    return true;
}

// A scaling needs a savepoint, which a job that fails again and again cannot take.
static void hold_without_savepoint(struct app_service *service, const struct app *app,
                                   const struct scaling_settings *settings,
                                   struct scaling_decision *decision) {
    struct error err;

    if (!decision->moves || !settings->spec.snapshots_enabled ||
        savepoint_check_possible(service, app, &err))
        return;
    scaling_hold(decision, SCALING_RESTARTING);
    decision->wanted_parallelism = app->current_parallelism;
    scaling_append(decision, "; but the job fails and restarts, and cannot take a savepoint");
}

bool scaling_evaluate(struct app_service *service, struct app *app,
                      const struct job_measurement *measurement,
                      const struct scaling_window *window, int64_t now_ms, struct error *err) {
    const char *names[MEASURED_VERTICES_MAX];
    struct scaling_tuning tuning = scaling_tuning_default();
    struct scaling_input input = {.now_ms = now_ms, .window = window, .vertex_names = names};
    struct scaling_settings settings;

    // A move takes real time, however fast the service's clock runs.
    tuning.restart_ms = (int64_t)((double)tuning.restart_ms * clock_scale(&service->clock));
    for (int index = 0; index < MEASURED_VERTICES_MAX; index++)
        names[index] = measurement->vertices[index].name;
    if (!scaling_settings_load(service, app, measurement->max_parallelism, &settings, err))
        return false;
    if (!load_last_move(service, app, &input.last_move, err)) return false;
    input.policy = settings.policy;
    input.limits = settings.limits;
    struct scaling_decision decision = autoscaler_decide(&input, &tuning);
    hold_without_savepoint(service, app, &settings, &decision);
    AUTO(json_decref) json_t *body = scaling_record_new(&input, &decision, measurement);
    if (decision.moves) return begin_move(service, app, &settings, &decision, now_ms, body, err);
    return scaling_store_add(service->db, app->id, now_ms, false, body, err);
}
