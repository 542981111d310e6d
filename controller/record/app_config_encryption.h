// The encryption block of a record: whose key it is (facts/api.md 3.7). kobel encrypts nothing
// and asks no key service: it records the key that a user names. record_key_arn() reads it. Pure.
#pragma once

#include "base/json.h"
#include "model/app.h"

// Writes the block. `key_id` NULL: none is named, and that of a block before stays.
void app_config_encryption_put(json_t *description, const char *key_type, const char *key_id);

// Replaces a key id, an alias or an alias ARN by the ARN of a key. `scope`: of the application. The
// key of an alias follows from the alias, because kobel has no key service to ask: the same alias
// is the same key for ever. ERROR_INVALID: it is none of them.
MUST_CHECK bool app_config_encryption_resolve(json_t *config, const struct app_scope *scope,
                                              struct error *err);

// ERROR_INVALID: a customer managed key without its id, or with a runtime before Flink 1.20.
MUST_CHECK bool app_config_encryption_check(const json_t *config, struct error *err);
