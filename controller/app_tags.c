// Tags, and the maintenance window: what changes nothing about the configuration and makes no
// version (api-semantics 6.11, 8).
#include "base/text.h"
#include "controller/app_service.h"
#include "controller/lifecycle.h"
#include "controller/service.h"
#include "model/arn.h"
#include "storage/app_store.h"
#include "storage/tag_store.h"

// The application that an ARN names, if it is one of the caller's account and Region.
static bool find_by_arn(struct app_service *service, const struct app_scope *scope, const char *arn,
                        struct app *out_app, struct error *err) {
    struct app_scope named;
    char name[APP_NAME_SIZE];
    char own[ARN_SIZE];

    if (!arn_parse_app(arn, &named, name, err)) return false;
    arn_of_app(scope, name, own);
    if (!text_equal(arn, own))
        return error_set(err, ERROR_NOT_FOUND, "Resource '%s' does not exist.", arn);
    return app_store_find(service->db, scope, name, out_app, err);
}

static bool find_to_change(struct app_service *service, const struct app_scope *scope,
                           const char *arn, struct app *out_app, struct error *err) {
    if (!find_by_arn(service, scope, arn, out_app, err)) return false;
    return out_app->status != APP_DELETING ||
           error_set(err, ERROR_CONFLICT, "Application %s is in DELETING status", out_app->name);
}

static bool set_tags(struct app_service *service, const char *app_id, const json_t *tags,
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

bool app_service_tag(struct app_service *service, const struct app_scope *scope, const char *arn,
                     const json_t *tags, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    struct app app = {0};
    int64_t count;

    if (!find_to_change(service, scope, arn, &app, err)) return false;
    if (!app_rules_check_tags(tags, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!set_tags(service, app.id, tags, err)) return false;
    // Counted afterwards: a key that was there already is no new tag.
    if (!tag_store_count(service->db, app.id, &count, err)) return false;
    if (!app_rules_check_tag_count(count, &service->limits, err)) return false;
    if (!db_commit(&tx, err)) return false;
    // A tag may be a rule of kobel's own.
    work_queue_add(service->queue, app.id, service_now_ms(service));
    return true;
}

bool app_service_untag(struct app_service *service, const struct app_scope *scope, const char *arn,
                       const json_t *keys, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    struct app app = {0};
    size_t index;
    json_t *key;

    if (!find_to_change(service, scope, arn, &app, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    json_array_foreach(keys, index, key) {
        if (!tag_store_remove(service->db, app.id, json_string_value(key), err)) return false;
    }
    return db_commit(&tx, err);
}

bool app_service_list_tags(struct app_service *service, const struct app_scope *scope,
                           const char *arn, json_t **out_tags, struct error *err) {
    struct app app = {0};

    if (!find_by_arn(service, scope, arn, &app, err)) return false;
    return tag_store_list(service->db, app.id, out_tags, err);
}

// --- maintenance ---

bool app_service_set_maintenance(struct app_service *service, const struct app_scope *scope,
                                 const char *name, const char *start, struct app *out_app,
                                 struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    struct app app = {0};

    if (!app_store_find(service->db, scope, name, &app, err)) return false;
    // READY and RUNNING alone, as for an update (api-semantics 5.2).
    if (!lifecycle_allows(app.status, EVENT_UPDATE))
        return error_set(err, ERROR_CONFLICT, "Application cannot be updated in '%s' state",
                         app_status_name(app.status));
    (void)text_copy(app.maintenance_start, sizeof app.maintenance_start, start);
    if (!db_begin(service->db, &tx, err)) return false;
    if (!app_store_save(service->db, &app, err)) return false;
    if (!db_commit(&tx, err)) return false;
    *out_app = app;
    return true;
}
