#include "controller/commands/app_tags.h"

#include "base/text.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"
#include "controller/record/tag_rules.h"
#include "controller/service/service.h"
#include "model/arn.h"
#include "storage/enhanced_snapshot_store.h"
#include "storage/tag_store.h"

// What an ARN names, if that is of the caller's account and Region: what has the tags.
struct owner {
    char id[APP_ID_SIZE];
    bool is_app;
    bool is_deleting;
    char text[APP_NAME_SIZE + 16]; // "Application a"
};

// Is it the ARN that the service gives to the name in this account and Region?
static bool check_own(const char *arn, const char *own, struct error *err) {
    return text_equal(arn, own) ||
           error_set(err, ERROR_NOT_FOUND, "Resource '%s' does not exist.", arn);
}

static bool find_app(struct app_service *service, const struct app_scope *scope, const char *arn,
                     struct owner *out_owner, struct error *err) {
    struct app_scope named;
    char name[APP_NAME_SIZE];
    char own[ARN_SIZE];
    struct app app;

    if (!arn_parse_app(arn, &named, name, err)) return false;
    arn_of_app(scope, name, own);
    if (!check_own(arn, own, err)) return false;
    if (!service_find_app(service, scope, name, &app, err)) return false;
    *out_owner = (struct owner){.is_app = true, .is_deleting = app.status == APP_DELETING};
    (void)text_copy(out_owner->id, sizeof out_owner->id, app.id);
    (void)text_format(out_owner->text, sizeof out_owner->text, "Application %s", name);
    return true;
}

static bool find_snapshot(struct app_service *service, const struct app_scope *scope,
                          const char *arn, struct owner *out_owner, struct error *err) {
    struct app_scope named;
    char name[ENHANCED_NAME_SIZE];
    char own[ARN_SIZE];
    struct enhanced_snapshot snapshot;
    bool found;

    if (!arn_parse_snapshot(arn, &named, name, err)) return false;
    arn_of_snapshot(scope, name, own);
    if (!check_own(arn, own, err)) return false;
    if (!enhanced_snapshot_store_find(service->db, scope, name, &snapshot, &found, err))
        return false;
    if (!found) return error_set(err, ERROR_NOT_FOUND, "Snapshot %s does not exist.", name);
    *out_owner = (struct owner){.is_deleting = snapshot.status == SNAPSHOT_DELETING};
    (void)text_copy(out_owner->id, sizeof out_owner->id, snapshot.id);
    (void)text_format(out_owner->text, sizeof out_owner->text, "Snapshot %s", name);
    return true;
}

static bool find_by_arn(struct app_service *service, const struct app_scope *scope, const char *arn,
                        struct owner *out_owner, struct error *err) {
    return arn_is_snapshot(arn) ? find_snapshot(service, scope, arn, out_owner, err)
                                : find_app(service, scope, arn, out_owner, err);
}

static bool find_to_change(struct app_service *service, const struct app_scope *scope,
                           const char *arn, struct owner *out_owner, struct error *err) {
    if (!find_by_arn(service, scope, arn, out_owner, err)) return false;
    return !out_owner->is_deleting ||
           error_set(err, ERROR_CONFLICT, "%s is in DELETING status", out_owner->text);
}

// A tag of an application may be a rule that the reconciler follows (retention, autoscaling);
// without its own rule it follows that of the daemon.
static void apply_rules(struct app_service *service, const struct owner *owner) {
    if (owner->is_app) work_queue_add(service->queue, owner->id, service_now_ms(service));
}

bool app_tags_set(struct app_service *service, const char *owner_id, const json_t *tags,
                  struct error *err) {
    size_t index;
    json_t *tag;

    json_array_foreach(tags, index, tag) {
        if (!tag_store_set(service->db, owner_id, json_text_or(tag, "Key", ""),
                           json_text_or(tag, "Value", ""), err))
            return false;
    }
    return true;
}

bool app_service_tag(struct app_service *service, const struct app_scope *scope, const char *arn,
                     const json_t *tags, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    struct owner owner = {0};
    int64_t count;

    if (!find_to_change(service, scope, arn, &owner, err)) return false;
    if (!tag_rules_check(tags, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!app_tags_set(service, owner.id, tags, err)) return false;
    // Counted afterwards: a key that exists is not another tag.
    if (!tag_store_count(service->db, owner.id, &count, err)) return false;
    if (!tag_rules_check_count(count, service->limits.tags, err)) return false;
    if (!db_commit(&tx, err)) return false;
    apply_rules(service, &owner);
    return true;
}

bool app_service_untag(struct app_service *service, const struct app_scope *scope, const char *arn,
                       const json_t *keys, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    struct owner owner = {0};
    size_t index;
    json_t *key;

    if (!find_to_change(service, scope, arn, &owner, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    json_array_foreach(keys, index, key) {
        if (!tag_store_remove(service->db, owner.id, json_string_value(key), err)) return false;
    }
    if (!db_commit(&tx, err)) return false;
    apply_rules(service, &owner);
    return true;
}

bool app_service_list_tags(struct app_service *service, const struct app_scope *scope,
                           const char *arn, json_t **out_tags, struct error *err) {
    struct owner owner = {0};

    if (!find_by_arn(service, scope, arn, &owner, err)) return false;
    return tag_store_list(service->db, owner.id, out_tags, err);
}
