#include "controller/moves/version_change.h"

#include "base/random_id.h"
#include "base/text.h"
#include "controller/history/operation_log.h"
#include "controller/moves/code_collect.h"
#include "controller/moves/lifecycle.h"
#include "controller/moves/move_begin.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/savepoint_check.h"
#include "controller/moves/spare.h"
#include "controller/record/run_config.h"
#include "model/app_detail.h"
#include "storage/app_store.h"
#include "storage/version_store.h"

// --- may it be changed? ---

bool version_change_check_id(const struct app_detail *detail, const json_t *request,
                             struct error *err) {
    int64_t version = json_int_or(request, "CurrentApplicationVersionId", 0);

    return version == detail->app.version ||
           error_set(err, ERROR_STALE,
                     "The provided application version ID does not match the most recent version "
                     "for the application.");
}

bool version_change_check(const struct app_detail *detail, const json_t *request,
                          struct error *err) {
    const char *token = json_text(request, "ConditionalToken");
    bool has_id = json_member(request, "CurrentApplicationVersionId") != NULL;

    if (token == NULL && !has_id)
        return error_set(err, ERROR_INVALID,
                         "Either CurrentApplicationVersionId or ConditionalToken must be provided");
    if (has_id && !version_change_check_id(detail, request, err)) return false;
    if (token != NULL && !text_equal(token, detail->version.token))
        return error_set(err, ERROR_STALE,
                         "The provided conditional token does not match the current conditional "
                         "token for the application.");
    // Last: of two clients that update at once the second one learns that it is stale.
    return lifecycle_allows(detail->app.status, EVENT_UPDATE) ||
           error_set(err, ERROR_CONFLICT, "Application cannot be updated in '%s' state",
                     app_status_name(detail->app.status));
}

bool version_change_begin(struct app_service *service, const struct app *app,
                          struct app_version *out_version, struct error *err) {
    int64_t version;

    if (!version_store_next(service->db, app->id, &version, err)) return false;
    if (version > APP_VERSION_MAX)
        return error_set(err, ERROR_LIMIT,
                         "Application %s has reached the highest possible version number. Create "
                         "another application.",
                         app->name);
    *out_version = (struct app_version){
        .version = version, .updated_from = app->version, .created_at_ms = service_now_ms(service)};
    random_id_hex(out_version->token, 32);
    return true;
}

// --- a READY application ---

static bool journal(struct app_service *service, const char *app_id,
                    const struct version_change *change, const struct app_version *version,
                    char *out_operation_id, struct error *err) {
    struct operation operation = {0};

    if (!operation_log_begin(service->db, app_id, change->operation_name, version->created_at_ms,
                             version->updated_from, version->version, &operation, err))
        return false;
    (void)text_copy(out_operation_id, APP_OPERATION_ID_SIZE, operation.id);
    return operation_log_end(service->db, app_id, operation.id, OPERATION_SUCCESSFUL, NULL,
                             version->created_at_ms, err);
}

static bool apply_when_ready(struct app_service *service, const struct version_change *change,
                             struct app_detail *detail, char *out_operation_id, struct error *err) {
    struct app *app = &detail->app;
    const struct app_version *version = &detail->version;
    AUTO(db_rollback) struct db_tx tx = {0};
    struct job_spec spec;

    job_spec_read(version, &spec);
    app->current_parallelism = spec.parallelism;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!lifecycle_apply(&app->status, EVENT_UPDATE, err)) return false;
    if (!version_store_add(service->db, app->id, version, err)) return false;
    if (change->is_journalled_when_ready &&
        !journal(service, app->id, change, version, out_operation_id, err))
        return false;
    if (!app_store_save(service->db, app, err)) return false;
    if (!db_commit(&tx, err)) return false;
    spare_keep(service, app);
    return true;
}

// --- a RUNNING application ---

// How the next job restores. Without a RunConfigurationUpdate: from the snapshot that this update
// takes, and AllowNonRestoredState is false, also where it was true before (facts/api.md 5.7).
static bool plan_restore(struct app_service *service, const json_t *wanted,
                         const struct job_spec *old, const struct job_spec *new, struct app *app,
                         struct error *err) {
    struct run_configuration run;

    if (!run_config_read(wanted, &app->scope, new->uses_enhanced_snapshots, &run, err))
        return false;
    if (run.restore_type == RESTORE_LATEST && new->snapshots_enabled &&
        !restore_check_runtime("The state of the running job", old->runtime, new->runtime, err))
        return false;
    if (!restore_points_at_move(service, app, &run, new->runtime, err)) return false;
    app->slots[SLOT_NEXT].allow_non_restored_state = run.allow_non_restored_state;
    app->has_run_configuration = true;
    app->run_configuration = run;
    return true;
}

// An autoscaled application keeps its parallelism, unless the change sets it
// (facts/service.md 3).
static int parallelism_after(const struct version_change *change, const struct app *app,
                             const struct job_spec *spec) {
    bool keeps = !change->sets_parallelism && app->current_parallelism > spec->parallelism;

    return keeps ? app->current_parallelism : spec->parallelism;
}

// How the old job ends. The new setting decides whether a savepoint is taken, so that disabling
// snapshots is a way out where none can be taken (facts/api.md 5.6). What the old version was to
// keep is kept all the same, as its newest checkpoint; so it is where the next job starts without
// state, because then a savepoint is not needed.
static bool plan_halt(struct app_service *service, const struct job_spec *old_spec,
                      const struct job_spec *spec, struct app *app, int64_t now_ms,
                      struct error *err) {
    static const char NAME[] = "UPDATEAPPLICATION";
    bool is_skip = app->run_configuration.restore_type == RESTORE_SKIP;
    struct error reason;

    app->move.halt = HALT_DISCARDS;
    if (!spec->snapshots_enabled && !old_spec->snapshots_enabled) return true;
    move_begin_plan_drop(app, NAME, now_ms);
    if (!spec->snapshots_enabled) {
        app->move.restores_halt = false;
        return true;
    }
    if (!savepoint_check_possible(service, app, &reason)) {
        if (is_skip && reason.kind == ERROR_CONFIGURATION) return true;
        *err = reason;
        return false;
    }
    move_begin_plan_halt(app, spec, NAME, now_ms);
    return true;
}

static bool apply_to_running(struct app_service *service, const struct version_change *change,
                             const struct job_spec *old_spec, struct app_detail *detail,
                             char *out_operation_id, struct error *err) {
    struct app *app = &detail->app;
    const struct app_version *version = &detail->version;
    struct placement *next = &app->slots[SLOT_NEXT];
    struct move_order order = {
        .kind = MOVE_UPDATE, .event = EVENT_UPDATE, .operation_name = change->operation_name};
    AUTO(db_rollback) struct db_tx tx = {0};
    struct job_spec spec;

    job_spec_read(version, &spec);
    app->move = (struct move){.previous_version = version->updated_from};
    *next = (struct placement){.phase = PLACEMENT_PLANNED, .version = version->version};
    next->parallelism = parallelism_after(change, app, &spec);
    if (!plan_restore(service, change->run_configuration, old_spec, &spec, app, err)) return false;
    if (!plan_halt(service, old_spec, &spec, app, version->created_at_ms, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!version_store_add(service->db, app->id, version, err)) return false;
    if (!move_begin_in(service, app, &order, err)) return false;
    if (!db_commit(&tx, err)) return false;
    move_begin_wake(service, app);
    (void)text_copy(out_operation_id, APP_OPERATION_ID_SIZE, app->move.operation_id);
    return true;
}

bool version_change_apply(struct app_service *service, const struct app_detail *old,
                          const struct version_change *change, struct app_detail *new_detail,
                          char out_operation_id[static APP_OPERATION_ID_SIZE], struct error *err) {
    struct app *app = &new_detail->app;
    struct job_spec old_spec;

    out_operation_id[0] = '\0';
    *app = old->app;
    app->version = new_detail->version.version;
    app->updated_at_ms = new_detail->version.created_at_ms;
    job_spec_read(&old->version, &old_spec);
    if (app->version > VERSIONS_KEPT) code_collect_soon(service);
    if (app->status == APP_READY)
        return apply_when_ready(service, change, new_detail, out_operation_id, err);
    return apply_to_running(service, change, &old_spec, new_detail, out_operation_id, err);
}
