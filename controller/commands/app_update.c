// UpdateApplication.
#include "base/text.h"
#include "controller/commands/app_service_queries.h"
#include "controller/commands/code_wait.h"
#include "controller/moves/version_change.h"
#include "controller/record/app_config.h"
#include "controller/record/app_config_encryption.h"
#include "model/app_detail.h"

static bool check(const json_t *request, const struct app_detail *detail,
                  struct code_request *out_code, struct error *err) {
    if (!version_change_check(detail, request, err)) return false;
    if (!app_rules_check_update(detail->version.config, request, detail->app.status == APP_RUNNING,
                                err))
        return false;
    return app_config_find_code(detail->version.config, request, out_code, err);
}

static bool make_version(struct app_service *service, const json_t *request,
                         const struct code_artifact *artifact, const struct app_detail *old,
                         struct app_version *version, struct error *err) {
    if (!version_change_begin(service, &old->app, version, err)) return false;
    (void)text_copy(version->code_sha256, sizeof version->code_sha256,
                    artifact != NULL ? artifact->sha256 : old->version.code_sha256);
    if (!app_config_update(old->version.config, request, artifact, &version->config, err))
        return false;
    return app_config_encryption_resolve(version->config, &old->app.scope, err) &&
           app_rules_check_config(version->config, &service->limits, err);
}

static bool update(const struct code_command *command, const struct code_artifact *artifact,
                   struct app_detail *out_new, char *out_operation_id, struct error *err) {
    struct app_service *service = command->service;
    const json_t *request = command->request;
    const json_t *parallelism =
        json_path(request, "ApplicationConfigurationUpdate", "FlinkApplicationConfigurationUpdate",
                  "ParallelismConfigurationUpdate", NULL);
    struct version_change change = {
        .operation_name = "UpdateApplication",
        .is_journalled_when_ready = true,
        .sets_parallelism = parallelism != NULL,
        .run_configuration = json_member(request, "RunConfigurationUpdate"),
    };
    AUTO(app_detail_release) struct app_detail old = {0};
    struct code_request code;

    // Asked again: something may have happened while the code was being read.
    if (!app_service_describe(service, command->scope, command->name, &old, err)) return false;
    if (!check(request, &old, &code, err)) return false;
    if (!make_version(service, request, artifact, &old, &out_new->version, err)) return false;
    return version_change_apply(service, &old, &change, out_new, out_operation_id, err);
}

static void finish(const struct code_command *command, const struct code_artifact *artifact) {
    AUTO(app_detail_release) struct app_detail detail = {0};
    char operation_id[APP_OPERATION_ID_SIZE] = "";
    struct error err;

    if (update(command, artifact, &detail, operation_id, &err))
        command->done(command->userdata, &detail, operation_id, NULL);
    else
        command->done(command->userdata, NULL, "", &err);
}

void app_service_update(struct app_service *service, const struct app_scope *scope,
                        const char *name, const json_t *request, struct buffer *bytes,
                        app_done_fn *done, void *userdata) {
    struct code_command command = {.service = service,
                                   .scope = scope,
                                   .name = name,
                                   .request = request,
                                   .done = done,
                                   .userdata = userdata};
    AUTO(app_detail_release) struct app_detail detail = {0};
    struct code_request code;
    struct error err;

    if (app_service_describe(service, scope, name, &detail, &err) &&
        check(request, &detail, &code, &err))
        code_wait_begin(&command, &code, bytes, finish);
    else
        done(userdata, NULL, "", &err);
}
