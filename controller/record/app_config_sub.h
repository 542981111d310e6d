// The sub-resources of a configuration's record: its CloudWatch logging options and its VPC
// configurations. One of each at most (facts/api.md 5.13, 5.14). Pure.
//
// Their ids are "<version>.<index>": the version that the call makes, and a number from 1 within it
// (facts/api.md 3.6). An update keeps them.
#pragma once

#include "base/json.h"

// Descriptions of what a request lists; the caller owns the array.
json_t *app_config_describe_logging(const json_t *options, int64_t version);
json_t *app_config_describe_vpcs(const json_t *vpcs, int64_t version);

// Change a record in place. ERROR_INVALID: an unknown id, a second one of a kind, or an ARN that is
// not a log stream's.
MUST_CHECK bool app_config_update_logging(json_t *config, const json_t *updates, struct error *err);
MUST_CHECK bool app_config_update_vpcs(json_t *config, const json_t *updates, struct error *err);
MUST_CHECK bool app_config_add_logging(json_t *config, const json_t *option, int64_t version,
                                       struct error *err);
MUST_CHECK bool app_config_add_vpc(json_t *config, const json_t *vpc, int64_t version,
                                   struct error *err);
// ERROR_NOT_FOUND: an unknown id.
MUST_CHECK bool app_config_remove_logging(json_t *config, const char *id, struct error *err);
MUST_CHECK bool app_config_remove_vpc(json_t *config, const char *id, struct error *err);
