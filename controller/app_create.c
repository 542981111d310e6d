// CreateApplication.
#include "base/digest.h"
#include "base/text.h"
#include "controller/app_config.h"
#include "controller/app_service.h"
#include "controller/code_wait.h"
#include "controller/service.h"
#include "controller/spare.h"
#include "model/app_detail.h"
#include "model/job_spec.h"
#include "storage/app_store.h"
#include "storage/tag_store.h"
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

static bool is_taken(struct app_service *service, const struct app_scope *scope,
                     const json_t *request) {
    struct app existing;
    struct error missing;

    return app_store_find(service->db, scope, json_text_or(request, "ApplicationName", ""),
                          &existing, &missing);
}

static bool check_rules(struct app_service *service, const struct app_scope *scope,
                        const json_t *request, struct code_request *out_code, struct error *err) {
    return app_rules_check_create(request, &service->limits, err) &&
           check_count(service, scope, err) && app_config_find_code(NULL, request, out_code, err);
}

// A name that is taken comes before everything else that is wrong. Where nothing else is, and no
// code has to be read first, the database says so when the application is stored.
static bool check(struct app_service *service, const struct app_scope *scope, const json_t *request,
                  struct code_request *out_code, struct error *err) {
    bool is_allowed = check_rules(service, scope, request, out_code, err);

    if (is_allowed && !out_code->has_code) return true;
    if (is_taken(service, scope, request)) return refuse_taken(err);
    return is_allowed;
}

static bool add_tags(struct app_service *service, const char *app_id, const json_t *tags,
                     struct error *err) {
    size_t index;
    json_t *tag;

    json_array_foreach(tags, index, tag) {
        if (!tag_store_set(service->db, app_id, json_text_or(tag, "Key", ""),
                           json_text_or(tag, "Value", ""), err))
            return false;
    }
    return true;
}

static bool store(struct app_service *service, const struct app_detail *detail, const json_t *tags,
                  struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!db_begin(service->db, &tx, err)) return false;
    if (!app_store_add(service->db, &detail->app, err))
        return err->kind == ERROR_EXISTS ? refuse_taken(err) : false;
    if (!version_store_add(service->db, detail->app.id, &detail->version, err)) return false;
    if (!add_tags(service, detail->app.id, tags, err)) return false;
    return db_commit(&tx, err);
}

// Ids grow with time: rows and files of applications that are made together lie together. The
// milliseconds tell them apart over restarts, the counter within one.
static void make_id(struct app_service *service, int64_t now_ms, char out[static APP_ID_SIZE]) {
    service->ids_made = (service->ids_made + 1) & 0xFFFFF;
    (void)text_format(out, APP_ID_SIZE, "%011llx%05x", (unsigned long long)now_ms & 0xFFFFFFFFFFF,
                      service->ids_made);
}

static bool create(struct app_service *service, const struct app_scope *scope,
                   const json_t *request, const struct code_artifact *artifact,
                   struct app_detail *detail, struct error *err) {
    struct app *app = &detail->app;
    struct app_version *version = &detail->version;
    struct job_spec spec;

    version->version = 1;
    version->config = app_config_create(request, artifact);
    if (!app_rules_check_config(version->config, &service->limits, err)) return false;
    if (artifact != NULL)
        (void)text_copy(version->code_sha256, sizeof version->code_sha256, artifact->sha256);
    digest_random_hex(version->token, 32);
    version->created_at_ms = service_now_ms(service);
    job_spec_read(version, &spec);

    make_id(service, version->created_at_ms, app->id);
    app->scope = *scope;
    (void)text_copy(app->name, sizeof app->name, json_text_or(request, "ApplicationName", ""));
    app->status = APP_READY;
    app->version = 1;
    app->current_parallelism = spec.parallelism;
    app->created_at_ms = app->updated_at_ms = version->created_at_ms;
    if (!store(service, detail, json_member(request, "Tags"), err)) return false;
    spare_keep(service, app);
    return true;
}

static void finish(struct app_service *service, const struct app_scope *scope,
                   const json_t *request, const struct code_artifact *artifact, app_done_fn *done,
                   void *userdata) {
    AUTO(app_detail_release) struct app_detail detail = {0};
    struct error err;

    if (create(service, scope, request, artifact, &detail, &err))
        done(userdata, &detail, "", NULL);
    else
        done(userdata, NULL, "", &err);
}

void app_service_create(struct app_service *service, const struct app_scope *scope,
                        const json_t *request, struct buffer *bytes, app_done_fn *done,
                        void *userdata) {
    struct code_request code;
    struct error err;

    if (!check(service, scope, request, &code, &err)) {
        done(userdata, NULL, "", &err);
        return;
    }
    code_wait_begin(service, scope, request, &code, bytes, finish, done, userdata);
}
