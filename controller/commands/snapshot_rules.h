// What the operations on enhanced snapshots check alike (facts/api.md 12.3).
#pragma once

#include "controller/service/service.h"
#include "model/enhanced_snapshot.h"

#include <jansson.h>

// ERROR_INVALID: the name is reserved for the system's snapshots.
MUST_CHECK bool snapshot_rules_check_name(const char *name, struct error *err);
// ERROR_INVALID: a key twice. NULL is legal.
MUST_CHECK bool snapshot_rules_check_tags(const json_t *tags, struct error *err);
// ERROR_TOO_MANY.
MUST_CHECK bool snapshot_rules_check_tag_count(const struct app_service *service,
                                               const json_t *tags, struct error *err);
// ERROR_EXISTS: the scope has a snapshot of that name, in whatever status.
MUST_CHECK bool snapshot_rules_check_free(struct app_service *service,
                                          const struct app_scope *scope, const char *name,
                                          struct error *err);
// ERROR_LIMIT: the scope has as many snapshots, or copies in progress, as it may have.
MUST_CHECK bool snapshot_rules_check_quota(struct app_service *service,
                                           const struct app_scope *scope, struct error *err);
MUST_CHECK bool snapshot_rules_check_transfers(struct app_service *service,
                                               const struct app_scope *scope, struct error *err);
// Reads {"KeyType": …, "KeyId": …}: "" for AWS_OWNED_KEY and NULL. ERROR_INVALID: a customer's key
// without the ARN of one.
MUST_CHECK bool snapshot_rules_read_key(const json_t *encryption,
                                        char out_arn[static ENCRYPTION_KEY_SIZE],
                                        struct error *err);
// Reads {"BucketARN": …, "KeyPrefix": …}. ERROR_INVALID: not the ARN of a bucket.
MUST_CHECK bool snapshot_rules_read_location(const json_t *location, struct s3_location *out,
                                             struct error *err);
