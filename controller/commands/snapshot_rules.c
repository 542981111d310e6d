#include "controller/commands/snapshot_rules.h"

#include "base/json.h"
#include "base/text.h"
#include "controller/record/tag_rules.h"
#include "model/arn.h"
#include "storage/enhanced_snapshot_store.h"
#include "storage/snapshot_operation_store.h"

bool snapshot_rules_check_name(const char *name, struct error *err) {
    return !enhanced_snapshot_is_reserved(name) ||
           error_set(err, ERROR_INVALID,
                     "Snapshot name %s is not valid: names that begin with SYSTEMSNAPSHOT are "
                     "reserved for snapshots that the service makes.",
                     name);
}

bool snapshot_rules_check_tags(const json_t *tags, struct error *err) {
    return tags == NULL || tag_rules_check(tags, err);
}

bool snapshot_rules_check_tag_count(const struct app_service *service, const json_t *tags,
                                    struct error *err) {
    return tag_rules_check_count((int64_t)json_array_size(tags), service->limits.tags, err);
}

bool snapshot_rules_check_free(struct app_service *service, const struct app_scope *scope,
                               const char *name, struct error *err) {
    struct enhanced_snapshot taken;
    bool found;

    if (!enhanced_snapshot_store_find(service->db, scope, name, &taken, &found, err)) return false;
    return !found || error_set(err, ERROR_EXISTS,
                               "Provided Snapshot name %s already exists: the snapshot is in %s "
                               "status",
                               name, snapshot_status_name(taken.status));
}

bool snapshot_rules_check_quota(struct app_service *service, const struct app_scope *scope,
                                struct error *err) {
    int64_t count;

    if (!enhanced_snapshot_store_count_by_hand(service->db, scope, &count, err)) return false;
    return count < service->limits.enhanced_snapshots ||
           error_set(err, ERROR_LIMIT,
                     "Account %s has reached the limit of %lld snapshots in %s: delete some.",
                     scope->account, (long long)count, scope->region);
}

bool snapshot_rules_check_transfers(struct app_service *service, const struct app_scope *scope,
                                    struct error *err) {
    int64_t count;

    if (!snapshot_operation_store_count_transfers(service->db, scope, &count, err)) return false;
    return count < service->limits.snapshot_transfers ||
           error_set(err, ERROR_LIMIT,
                     "Account %s has %lld imports and exports of snapshots in progress in %s, "
                     "which is the limit.",
                     scope->account, (long long)count, scope->region);
}

bool snapshot_rules_read_key(const json_t *encryption, char out_arn[static ENCRYPTION_KEY_SIZE],
                             struct error *err) {
    const char *key = json_text_or(encryption, "KeyId", "");

    out_arn[0] = '\0';
    if (!text_equal(json_text_or(encryption, "KeyType", "AWS_OWNED_KEY"), "CUSTOMER_MANAGED_KEY"))
        return true;
    if (!text_starts_with(key, "arn:"))
        return error_set(err, ERROR_INVALID,
                         "KeyId must be the ARN of a key with the KeyType CUSTOMER_MANAGED_KEY.");
    (void)text_copy(out_arn, ENCRYPTION_KEY_SIZE, key);
    return true;
}

bool snapshot_rules_read_location(const json_t *location, struct s3_location *out,
                                  struct error *err) {
    char bucket[ENHANCED_BUCKET_ARN_SIZE];

    (void)text_copy(out->bucket_arn, sizeof out->bucket_arn,
                    json_text_or(location, "BucketARN", ""));
    (void)text_copy(out->key_prefix, sizeof out->key_prefix,
                    json_text_or(location, "KeyPrefix", ""));
    return arn_parse_bucket(out->bucket_arn, bucket, sizeof bucket, err);
}
