// The questions that the API may ask: operations of the service that change nothing. `name` is that
// of the application. Errors have the kinds and the words of the service.
#pragma once

#include "base/json.h"
#include "model/app_detail.h"
#include "model/operation.h"
#include "model/operation_filter.h"
#include "model/snapshot.h"
#include "storage/app_store.h"

struct app_service;

MUST_CHECK bool app_service_describe(struct app_service *service, const struct app_scope *scope,
                                     const char *name, struct app_detail *out_detail,
                                     struct error *err);
// The same, with `out_detail->job_plan` where a job runs and its plan is known.
MUST_CHECK bool app_service_describe_with_plan(struct app_service *service,
                                               const struct app_scope *scope, const char *name,
                                               struct app_detail *out_detail, struct error *err);
MUST_CHECK bool app_service_list(struct app_service *service, const struct app_scope *scope,
                                 const char *after_name, struct app_summary *out_list, size_t limit,
                                 size_t *out_count, struct error *err);

// One version as it was recorded; `out_detail->app.status` is READY or ROLLED_BACK for one that is
// not the current one (facts/api.md 5.9).
MUST_CHECK bool app_service_describe_version(struct app_service *service,
                                             const struct app_scope *scope, const char *name,
                                             int64_t version, struct app_detail *out_detail,
                                             struct error *err);
// Newest first, versions below `before_version` (INT64_MAX = all).
struct app_version_summary {
    int64_t version;
    enum app_status status;
};
MUST_CHECK bool app_service_list_versions(struct app_service *service,
                                          const struct app_scope *scope, const char *name,
                                          int64_t before_version,
                                          struct app_version_summary *out_list, size_t limit,
                                          size_t *out_count, struct error *err);

// By the ARN of an application or of an enhanced snapshot of the caller: [{"Key", "Value"?}]. The
// caller owns the array.
MUST_CHECK bool app_service_list_tags(struct app_service *service, const struct app_scope *scope,
                                      const char *arn, json_t **out_tags, struct error *err);

MUST_CHECK bool app_service_describe_snapshot(struct app_service *service,
                                              const struct app_scope *scope, const char *name,
                                              const char *snapshot_name,
                                              struct snapshot *out_snapshot, struct error *err);
// Oldest first (facts/api.md 6.3), sequences above `after_sequence` (0 = all).
MUST_CHECK bool app_service_list_snapshots(struct app_service *service,
                                           const struct app_scope *scope, const char *name,
                                           int64_t after_sequence, struct snapshot *out_list,
                                           size_t limit, size_t *out_count, struct error *err);

MUST_CHECK bool app_service_describe_operation(struct app_service *service,
                                               const struct app_scope *scope, const char *name,
                                               const char *operation_id,
                                               struct operation *out_operation, struct error *err);
// Newest first.
MUST_CHECK bool app_service_list_operations(struct app_service *service,
                                            const struct app_scope *scope, const char *name,
                                            const struct operation_filter *filter,
                                            struct operation *out_list, size_t limit,
                                            size_t *out_count, struct error *err);
