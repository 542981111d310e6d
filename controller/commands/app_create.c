// CreateApplication.
#include "base/random_id.h"
#include "base/text.h"
#include "controller/commands/app_tags.h"
#include "controller/commands/code_wait.h"
#include "controller/moves/spare.h"
#include "controller/record/app_config.h"
#include "controller/record/app_config_encryption.h"
#include "controller/service/service.h"
#include "model/app_detail.h"
#include "storage/app_store.h"
#include "storage/version_store.h"

static bool check_count(struct app_service *service, const struct app_scope *scope,
                        struct error *err) {
    int64_t count;

    if (service->limits.applications == APP_LIMIT_NONE) return true;
    if (!app_store_count(service->db, scope, &count, err)) return false;
    if (count < service->limits.applications) return true;
    return error_set(err, ERROR_LIMIT, "The limit of %lld applications in this Region is reached.",
                     (long long)service->limits.applications);
}

static bool refuse_taken(struct error *err) {
    return error_set(err, ERROR_EXISTS, "Application already exists.");
}

static bool check_rules(const struct code_command *command, struct code_request *out_code,
                        struct error *err) {
    return app_rules_check_create(command->request, &command->service->limits, err) &&
           check_count(command->service, command->scope, err) &&
           app_config_find_code(NULL, command->request, out_code, err);
}

// A name that exists is reported before other mistakes. Where there are none, and no code is read
// first, storing the application finds it.
static bool check(const struct code_command *command, struct code_request *out_code,
                  struct error *err) {
    bool is_allowed = check_rules(command, out_code, err);
    struct app existing;
    bool is_taken;

    if (is_allowed && !out_code->has_code) return true;
    if (!app_store_find(command->service->db, command->scope, command->name, &existing, &is_taken,
                        err))
        return false;
    return is_taken ? refuse_taken(err) : is_allowed;
}

static bool store(struct app_service *service, const struct app_detail *detail, const json_t *tags,
                  struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!db_begin(service->db, &tx, err)) return false;
    if (!app_store_add(service->db, &detail->app, err))
        return err->kind == ERROR_EXISTS ? refuse_taken(err) : false;
    if (!version_store_add(service->db, detail->app.id, &detail->version, err)) return false;
    if (!app_tags_set(service, detail->app.id, tags, err)) return false;
    return db_commit(&tx, err);
}

// Ids grow with time, so that rows and files of applications that are created together lie
// together. The milliseconds make them unique over restarts, the counter within one.
static void make_id(struct app_service *service, int64_t now_ms, char out[static APP_ID_SIZE]) {
    service->ids_made = (service->ids_made + 1) & 0xFFFFF;
    (void)text_format(out, APP_ID_SIZE, "%011llx%05x", (unsigned long long)now_ms & 0xFFFFFFFFFFF,
                      service->ids_made);
}

static bool create(const struct code_command *command, const struct code_artifact *artifact,
                   struct app_detail *detail, struct error *err) {
    struct app_service *service = command->service;
    struct app *app = &detail->app;
    struct app_version *version = &detail->version;
    struct job_spec spec;

    version->version = 1;
    version->config = app_config_create(command->request, artifact);
    if (!app_config_encryption_resolve(version->config, command->scope, err) ||
        !app_rules_check_config(version->config, &service->limits, err))
        return false;
    if (artifact != NULL)
        (void)text_copy(version->code_sha256, sizeof version->code_sha256, artifact->sha256);
    random_id_hex(version->token, 32);
    version->created_at_ms = service_now_ms(service);
    job_spec_read(version, &spec);

    make_id(service, version->created_at_ms, app->id);
    app->scope = *command->scope;
    (void)text_copy(app->name, sizeof app->name, command->name);
    app->status = APP_READY;
    app->version = 1;
    app->current_parallelism = spec.parallelism;
    app->created_at_ms = app->updated_at_ms = version->created_at_ms;
    if (!store(service, detail, json_member(command->request, "Tags"), err)) return false;
    spare_keep(service, app);
    return true;
}

static void finish(const struct code_command *command, const struct code_artifact *artifact) {
    AUTO(app_detail_release) struct app_detail detail = {0};
    struct error err;

    if (create(command, artifact, &detail, &err))
        command->done(command->userdata, &detail, "", NULL);
    else
        command->done(command->userdata, NULL, "", &err);
}

void app_service_create(struct app_service *service, const struct app_scope *scope,
                        const char *name, const json_t *request, struct buffer *bytes,
                        app_done_fn *done, void *userdata) {
    struct code_command command = {.service = service,
                                   .scope = scope,
                                   .name = name,
                                   .request = request,
                                   .done = done,
                                   .userdata = userdata};
    struct code_request code;
    struct error err;

    if (check(&command, &code, &err))
        code_wait_begin(&command, &code, bytes, finish);
    else
        done(userdata, NULL, "", &err);
}
