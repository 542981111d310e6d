#include "controller/commands/app_tags.h"

#include "base/text.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"
#include "controller/record/tag_rules.h"
#include "controller/service/service.h"
#include "model/arn.h"
#include "storage/tag_store.h"

// The application of an ARN, if that is of the caller's account and Region.
static bool find_by_arn(struct app_service *service, const struct app_scope *scope, const char *arn,
                        struct app *out_app, struct error *err) {
    struct app_scope named;
    char name[APP_NAME_SIZE];
    char own[ARN_SIZE];

    if (!arn_parse_app(arn, &named, name, err)) return false;
    arn_of_app(scope, name, own);
    if (!text_equal(arn, own))
        return error_set(err, ERROR_NOT_FOUND, "Resource '%s' does not exist.", arn);
    return service_find_app(service, scope, name, out_app, err);
}

static bool find_to_change(struct app_service *service, const struct app_scope *scope,
                           const char *arn, struct app *out_app, struct error *err) {
    if (!find_by_arn(service, scope, arn, out_app, err)) return false;
    return out_app->status != APP_DELETING ||
           error_set(err, ERROR_CONFLICT, "Application %s is in DELETING status", out_app->name);
}

bool app_tags_set(struct app_service *service, const char *app_id, const json_t *tags,
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
    if (!tag_rules_check(tags, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!app_tags_set(service, app.id, tags, err)) return false;
    // Counted afterwards: a key that exists is not another tag.
    if (!tag_store_count(service->db, app.id, &count, err)) return false;
    if (!tag_rules_check_count(count, service->limits.tags, err)) return false;
    if (!db_commit(&tx, err)) return false;
    // A tag may be a rule that the reconciler follows: retention, autoscaling.
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
    if (!db_commit(&tx, err)) return false;
    // Without its own rule the application follows that of the daemon.
    work_queue_add(service->queue, app.id, service_now_ms(service));
    return true;
}

bool app_service_list_tags(struct app_service *service, const struct app_scope *scope,
                           const char *arn, json_t **out_tags, struct error *err) {
    struct app app = {0};

    if (!find_by_arn(service, scope, arn, &app, err)) return false;
    return tag_store_list(service->db, app.id, out_tags, err);
}
