// Records as the service describes them (facts/api.md 3.1, 5.10, 6.1). Times are in whole seconds.
#pragma once

#include "controller/commands/app_service_queries.h"

#include <jansson.h>

// Moves the configuration out of `detail`, which has none afterwards.
json_t *encode_app_consuming(struct app_detail *detail);
json_t *encode_maintenance(const struct app *app);
json_t *encode_app_summary(const struct app_scope *scope, const struct app_summary *summary);
json_t *encode_snapshot(const struct snapshot *snapshot);
json_t *encode_operation(const struct operation *operation);         // DescribeApplicationOperation
json_t *encode_operation_summary(const struct operation *operation); // ListApplicationOperations

// Put a member: a time in whole seconds; the block of a key, "" = AWS_OWNED_KEY.
void encode_time(json_t *object, const char *member, int64_t time_ms);
void encode_key(json_t *object, const char *member, const char *key_arn);
