// The rules that a schema cannot express: one small function each, listed in a table by operation
// (facts/api.md 4-9). Pure. The messages are the service's.
#pragma once

#include "base/json.h"

#define APP_LIMIT_NONE INT64_MAX

struct app_limits {
    int64_t applications; // a region and account; may be APP_LIMIT_NONE
    int64_t snapshots;    // an application
    int64_t kpus;         // an application
    int64_t parallelism_per_kpu;
    int64_t tags;               // an application, or an enhanced snapshot
    int64_t enhanced_snapshots; // a region and account: those that users made
    int64_t snapshot_transfers; // imports and exports in progress, a region and account
};
extern const struct app_limits APP_LIMITS_DEFAULT; // 100, 1000, 64, 8, 50, 1000, none

// ApplicationVersionId has nine digits (facts/api.md 2.2).
#define APP_VERSION_MAX 999999999

// Checks a validated CreateApplication request: runtime against mode, retired and foreign runtimes,
// code kinds, number of logging options and VPC configurations, duplicate property groups and tag
// keys, tag limits, parallelism against KPUs, SQL and Studio blocks. ERROR_INVALID,
// ERROR_UNSUPPORTED, ERROR_LIMIT, ERROR_TOO_MANY.
MUST_CHECK bool app_rules_check_create(const json_t *request, const struct app_limits *limits,
                                       struct error *err);

// Checks a validated UpdateApplication request against the record. `is_running`:
// RunConfigurationUpdate is only for running applications. Whether the state fits a new runtime:
// controller/moves/restore.h.
MUST_CHECK bool app_rules_check_update(const json_t *config, const json_t *request, bool is_running,
                                       struct error *err);

// Checks a record as a whole (after create or update): parallelism against the KPU limit, the size
// of the properties. ERROR_LIMIT, ERROR_INVALID.
MUST_CHECK bool app_rules_check_config(const json_t *config, const struct app_limits *limits,
                                       struct error *err);

// ERROR_INVALID: not the ARN of a CloudWatch log stream (facts/api.md 5.14).
MUST_CHECK bool app_rules_check_log_stream(const char *arn, struct error *err);
