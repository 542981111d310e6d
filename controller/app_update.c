// UpdateApplication: at once for a READY application, a move for a RUNNING one.
#include "base/digest.h"
#include "base/text.h"
#include "controller/app_config.h"
#include "controller/lifecycle.h"
#include "controller/move_begin.h"
#include "controller/operation_log.h"
#include "controller/state.h"

// Exactly as old as the caller believes (api-semantics 4.6).
static bool check_current(const json_t *request, const struct app_detail *detail,
                          struct error *err) {
    const char *token = json_text(request, "ConditionalToken");
    int64_t version = json_int_or(request, "CurrentApplicationVersionId", 0);

    if (token == NULL && version == 0)
        return error_set(err, ERROR_INVALID,
                         "Either CurrentApplicationVersionId or ConditionalToken must be provided");
    if (version != 0 && version != detail->app.version)
        return error_set(err, ERROR_STALE,
                         "The provided application version ID does not match the most recent "
                         "version for the application.");
    if (token != NULL && !text_equal(token, detail->version.token))
        return error_set(err, ERROR_STALE,
                         "The provided conditional token does not match the current conditional "
                         "token for the application.");
    return true;
}

static bool check(struct app_service *service, const json_t *request,
                  const struct app_detail *detail, struct code_request *out_code,
                  struct error *err) {
    const struct app *app = &detail->app;

    if (!lifecycle_allows(app->status, EVENT_UPDATE))
        return error_set(err, ERROR_CONFLICT, "Application cannot be updated in '%s' state",
                         app_status_name(app->status));
    if (!check_current(request, detail, err)) return false;
    if (!app_rules_check_update(detail->version.config, request, app->status == APP_RUNNING,
                                &service->limits, err))
        return false;
    return app_config_find_code(detail->version.config, request, out_code, err);
}

static bool make_version(struct app_service *service, const json_t *request,
                         const struct code_artifact *artifact, const struct app_detail *old,
                         struct app_version *version, struct error *err) {
    version->version = old->app.version + 1;
    version->updated_from = old->app.version;
    version->created_at_ms = service_now_ms(service);
    digest_random_hex(version->token, 32);
    (void)text_copy(version->code_sha256, sizeof version->code_sha256,
                    artifact != NULL ? artifact->sha256 : old->version.code_sha256);
    if (!app_config_update(old->version.config, request, artifact, &version->config, err))
        return false;
    return app_rules_check_config(version->config, &service->limits, err);
}

// --- a READY application ---

static bool apply_at_rest(struct app_service *service, struct app *app,
                          const struct app_version *version, char *out_operation_id,
                          struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    struct operation operation = {0};
    struct job_spec spec;

    job_spec_read(version, &spec);
    app->current_parallelism = spec.parallelism;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!lifecycle_apply(&app->status, EVENT_UPDATE, err)) return false;
    if (!version_store_add(service->db, app->id, version, err)) return false;
    if (!operation_log_begin(service->db, app->id, move_operation_name(MOVE_UPDATE),
                             version->created_at_ms, version->updated_from, version->version,
                             &operation, err))
        return false;
    if (!operation_log_end(service->db, app->id, operation.id, OPERATION_SUCCESSFUL, NULL,
                           version->created_at_ms, err))
        return false;
    if (!app_store_save(service->db, app, err)) return false;
    if (!db_commit(&tx, err)) return false;
    (void)text_copy(out_operation_id, APP_OPERATION_ID_SIZE, operation.id);
    return true;
}

// --- a RUNNING application ---

// How the next job restores. Without a RunConfigurationUpdate: from the snapshot that this update
// takes, and AllowNonRestoredState is false again, whatever it was before (api-semantics 6.7).
static bool plan_restore(struct app_service *service, const json_t *request, struct app *app,
                         struct error *err) {
    struct placement *next = &app->slots[SLOT_NEXT];
    struct run_configuration run;
    struct snapshot snapshot;

    if (!app_rules_read_run_configuration(json_member(request, "RunConfigurationUpdate"), &run,
                                          err))
        return false;
    app->move.restores_halt = run.restore_type == RESTORE_LATEST;
    if (run.restore_type == RESTORE_CUSTOM) {
        if (!move_begin_find_custom(service, app, run.snapshot_name, &snapshot, err)) return false;
        (void)text_copy(next->restore_path, sizeof next->restore_path, snapshot.location);
    }
    next->allow_non_restored_state = run.allow_non_restored_state;
    app->has_run_configuration = true;
    app->run_configuration = run;
    return true;
}

// An autoscaled application keeps its size over an update that does not say otherwise
// (flink-runtime 1.3).
static int parallelism_after(const json_t *request, const struct app *app,
                             const struct job_spec *spec) {
    const json_t *update =
        json_path(request, "ApplicationConfigurationUpdate", "FlinkApplicationConfigurationUpdate",
                  "ParallelismConfigurationUpdate", NULL);

    if (update != NULL || app->current_parallelism < spec->parallelism) return spec->parallelism;
    return app->current_parallelism;
}

static bool apply_to_running(struct app_service *service, const json_t *request, struct app *app,
                             const struct app_version *version, bool snapshots_enabled,
                             char *out_operation_id, struct error *err) {
    struct placement *next = &app->slots[SLOT_NEXT];
    AUTO(db_rollback) struct db_tx tx = {0};
    struct job_spec spec;

    job_spec_read(version, &spec);
    app->move = (struct move){.previous_version = version->updated_from};
    *next = (struct placement){.phase = PLACEMENT_PLANNED, .version = version->version};
    next->parallelism = parallelism_after(request, app, &spec);
    if (!plan_restore(service, request, app, err)) return false;
    app->move.takes_snapshot = snapshots_enabled;
    if (snapshots_enabled)
        move_begin_name_snapshot(app, "UPDATEAPPLICATION", version->created_at_ms);
    if (!db_begin(service->db, &tx, err)) return false;
    if (!version_store_add(service->db, app->id, version, err)) return false;
    if (!move_begin_in(service, app, MOVE_UPDATE, EVENT_UPDATE, NULL, err)) return false;
    if (!db_commit(&tx, err)) return false;
    move_begin_wake(service, app);
    (void)text_copy(out_operation_id, APP_OPERATION_ID_SIZE, app->move.operation_id);
    return true;
}

static bool update(struct app_service *service, const struct app_scope *scope,
                   const json_t *request, const struct code_artifact *artifact,
                   struct app_detail *out_new, char *out_operation_id, struct error *err) {
    AUTO(app_detail_release) struct app_detail old = {0};
    struct code_request code;
    struct job_spec old_spec;

    // Asked again: something may have happened while the code was being read.
    if (!app_service_describe(service, scope, json_text_or(request, "ApplicationName", ""), &old,
                              err))
        return false;
    if (!check(service, request, &old, &code, err)) return false;
    if (!make_version(service, request, artifact, &old, &out_new->version, err)) return false;
    job_spec_read(&old.version, &old_spec);
    struct app *app = &out_new->app;
    *app = old.app;
    app->version = out_new->version.version;
    app->updated_at_ms = out_new->version.created_at_ms;
    if (app->status == APP_READY)
        return apply_at_rest(service, app, &out_new->version, out_operation_id, err);
    return apply_to_running(service, request, app, &out_new->version, old_spec.snapshots_enabled,
                            out_operation_id, err);
}

static void finish(struct app_service *service, const struct app_scope *scope,
                   const json_t *request, const struct code_artifact *artifact, app_done_fn *done,
                   void *userdata) {
    AUTO(app_detail_release) struct app_detail detail = {0};
    char operation_id[APP_OPERATION_ID_SIZE] = "";
    struct error err;

    if (update(service, scope, request, artifact, &detail, operation_id, &err))
        done(userdata, &detail, operation_id, NULL);
    else
        done(userdata, NULL, "", &err);
}

void app_service_update(struct app_service *service, const struct app_scope *scope,
                        const json_t *request, app_done_fn *done, void *userdata) {
    AUTO(app_detail_release) struct app_detail detail = {0};
    struct code_request code;
    struct error err;

    if (!app_service_describe(service, scope, json_text_or(request, "ApplicationName", ""), &detail,
                              &err) ||
        !check(service, request, &detail, &code, &err)) {
        done(userdata, NULL, "", &err);
        return;
    }
    code_wait_begin(service, scope, request, &code, finish, done, userdata);
}
