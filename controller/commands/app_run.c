// StartApplication, StopApplication, DeleteApplication: the commands that begin a move without
// changing the configuration.
#include "base/text.h"
#include "controller/commands/app_service_commands.h"
#include "controller/moves/faults.h"
#include "controller/moves/lifecycle.h"
#include "controller/moves/move_begin.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/savepoint_check.h"
#include "controller/record/run_config.h"
#include "controller/service/service.h"

// --- start ---

static bool plan_start(struct app_service *service, struct app *app,
                       const json_t *run_configuration, struct error *err) {
    struct placement *next = &app->slots[SLOT_NEXT];
    struct run_configuration run;
    struct job_spec spec;

    if (!service_load_spec(service, app->id, app->version, &spec, err)) return false;
    if (!run_config_read(run_configuration, &app->scope, spec.uses_enhanced_snapshots, &run, err))
        return false;
    *next = (struct placement){.phase = PLACEMENT_PLANNED,
                               .version = app->version,
                               .parallelism = spec.parallelism,
                               .allow_non_restored_state = run.allow_non_restored_state};
    if (!restore_points_at_start(service, app, &run, spec.runtime, &next->from, err)) return false;
    if (spec.code_sha256[0] == '\0')
        return error_set(err, ERROR_CONFIGURATION,
                         "Application %s has no application code to start.", app->name);
    app->has_run_configuration = true;
    app->run_configuration = run;
    return true;
}

bool app_service_start(struct app_service *service, const struct app_scope *scope, const char *name,
                       const json_t *run_configuration,
                       char out_operation_id[static APP_OPERATION_ID_SIZE], struct error *err) {
    struct app app;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    if (!lifecycle_allows(app.status, EVENT_START))
        return error_set(err, ERROR_CONFLICT, "Application cannot be started in '%s' state",
                         app_status_name(app.status));
    if (!plan_start(service, &app, run_configuration, err)) return false;
    struct move_order order = {.kind = MOVE_START, .event = EVENT_START};
    if (!move_begin(service, &app, &order, err)) return false;
    (void)text_copy(out_operation_id, APP_OPERATION_ID_SIZE, app.move.operation_id);
    return true;
}

// --- stop ---

static bool plan_stop(struct app_service *service, struct app *app, struct error *err) {
    struct job_spec spec;

    if (!service_load_spec(service, app->id, app->version, &spec, err)) return false;
    if (spec.snapshots_enabled && !savepoint_check_possible(service, app, err)) return false;
    move_begin_plan_halt(app, &spec, "STOPAPPLICATION", service_now_ms(service));
    return true;
}

bool app_service_stop(struct app_service *service, const struct app_scope *scope, const char *name,
                      bool force, char out_operation_id[static APP_OPERATION_ID_SIZE],
                      struct error *err) {
    struct move_order order = {.kind = force ? MOVE_FORCE_STOP : MOVE_STOP,
                               .event = force ? EVENT_FORCE_STOP : EVENT_STOP};
    char interrupted[APP_OPERATION_ID_SIZE];
    struct app app;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    if (!lifecycle_allows(app.status, order.event))
        return error_set(err, ERROR_CONFLICT, "Application cannot be Stopped in '%s' state",
                         app_status_name(app.status));
    (void)text_copy(interrupted, sizeof interrupted, app.move.operation_id);
    order.interrupted = interrupted;
    // Kept, because it says what the newest state is: has the job of an interrupted move ended?
    app.move = (struct move){.halted = force && app.move.halted};
    if (!force && !plan_stop(service, &app, err)) return false;
    if (!move_begin(service, &app, &order, err)) return false;
    if (force) faults_end_delay(service, app.id);
    (void)text_copy(out_operation_id, APP_OPERATION_ID_SIZE, app.move.operation_id);
    return true;
}

// --- delete ---

bool app_service_delete(struct app_service *service, const struct app_scope *scope,
                        const char *name, int64_t create_timestamp_s, struct error *err) {
    struct app app;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    if (!lifecycle_allows(app.status, EVENT_DELETE))
        return error_set(err, ERROR_CONFLICT,
                         "Application %s is in %s status and cannot be deleted.", name,
                         app_status_name(app.status));
    if (create_timestamp_s != app.created_at_ms / 1000)
        return error_set(err, ERROR_STALE,
                         "The application with name: '%s' has a different create timestamp than "
                         "the one you provided. Please call DescribeApplication to fetch valid "
                         "create timestamp.",
                         name);
    struct move_order order = {.kind = MOVE_DELETE, .event = EVENT_DELETE};
    app.move = (struct move){0};
    if (!move_begin(service, &app, &order, err)) return false;
    faults_end_delay(service, app.id);
    return true;
}
