// The operations on enhanced snapshots, for the API (facts/api.md 12). `scope` is the account and
// Region of the request: all of them are about the snapshots of one scope, by their names.
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "model/enhanced_snapshot.h"
#include "model/snapshot_operation.h"

struct app_service;

// What the operations that change something answer with.
struct snapshot_answer {
    struct enhanced_snapshot snapshot;
    struct snapshot_operation operation;
};

// CreateSnapshot: `request` is valid by the document. ERROR_INVALID (also: no such application),
// ERROR_CONFIGURATION (runtime, mode, or a job that cannot take a savepoint), ERROR_CONFLICT,
// ERROR_EXISTS, ERROR_LIMIT, ERROR_TOO_MANY.
MUST_CHECK bool app_service_snapshot_create(struct app_service *service,
                                            const struct app_scope *scope, const json_t *request,
                                            struct snapshot_answer *out_answer, struct error *err);
// ImportSnapshot. ERROR_INVALID, ERROR_EXISTS, ERROR_LIMIT, ERROR_TOO_MANY.
MUST_CHECK bool app_service_snapshot_import(struct app_service *service,
                                            const struct app_scope *scope, const json_t *request,
                                            struct snapshot_answer *out_answer, struct error *err);
// ExportSnapshot. ERROR_INVALID, ERROR_NOT_FOUND, ERROR_CONFLICT, ERROR_LIMIT.
MUST_CHECK bool app_service_snapshot_export(struct app_service *service,
                                            const struct app_scope *scope, const json_t *request,
                                            struct snapshot_answer *out_answer, struct error *err);
// DeleteSnapshot: `created_at_ms` is compared in whole seconds. ERROR_NOT_FOUND, ERROR_INVALID,
// ERROR_CONFLICT.
MUST_CHECK bool app_service_snapshot_delete(struct app_service *service,
                                            const struct app_scope *scope, const char *name,
                                            int64_t created_at_ms,
                                            struct snapshot_answer *out_answer, struct error *err);

// ERROR_NOT_FOUND.
MUST_CHECK bool app_service_snapshot_describe(struct app_service *service,
                                              const struct app_scope *scope, const char *name,
                                              struct enhanced_snapshot *out_snapshot,
                                              struct error *err);
// Newest first. ERROR_INVALID: more than one filter.
MUST_CHECK bool app_service_snapshot_list(struct app_service *service,
                                          const struct app_scope *scope,
                                          const struct enhanced_filter *filter,
                                          struct enhanced_snapshot *out_list, size_t limit,
                                          size_t *out_count, struct error *err);
// ERROR_NOT_FOUND.
MUST_CHECK bool app_service_snapshot_describe_operation(struct app_service *service,
                                                        const struct app_scope *scope,
                                                        const char *name, const char *operation_id,
                                                        struct snapshot_operation *out_operation,
                                                        struct error *err);
// Newest first. ERROR_INVALID: more than one filter. ERROR_NOT_FOUND: neither a snapshot nor an
// operation has the name.
MUST_CHECK bool app_service_snapshot_list_operations(
    struct app_service *service, const struct app_scope *scope, const char *name,
    const struct snapshot_operation_filter *filter, struct snapshot_operation *out_list,
    size_t limit, size_t *out_count, struct error *err);
