// The commands that the API may give: operations of the service that change something.
//
// Requests are validated against the document and normalised. `name` is that of the application. A
// command changes the records and wakes the reconciler; it never waits for Flink. Errors have the
// kinds and the words of the service.
#pragma once

#include "base/buffer.h"
#include "base/json.h"
#include "model/app_detail.h"

struct app_service;

// Ends a command that may wait for code. Called exactly once, possibly within the call: with either
// `detail`, which the caller releases, and `operation_id` ("" = none), or `err`.
typedef void app_done_fn(void *userdata, struct app_detail *detail, const char *operation_id,
                         const struct error *err);

// `request`: the whole request. `bytes`: its ZipFileContent, which is consumed; NULL: it has none.
void app_service_create(struct app_service *service, const struct app_scope *scope,
                        const char *name, const json_t *request, struct buffer *bytes,
                        app_done_fn *done, void *userdata);
void app_service_update(struct app_service *service, const struct app_scope *scope,
                        const char *name, const json_t *request, struct buffer *bytes,
                        app_done_fn *done, void *userdata);

// `run_configuration`: the request's RunConfiguration, or NULL.
MUST_CHECK bool app_service_start(struct app_service *service, const struct app_scope *scope,
                                  const char *name, const json_t *run_configuration,
                                  char out_operation_id[static APP_OPERATION_ID_SIZE],
                                  struct error *err);
MUST_CHECK bool app_service_stop(struct app_service *service, const struct app_scope *scope,
                                 const char *name, bool force,
                                 char out_operation_id[static APP_OPERATION_ID_SIZE],
                                 struct error *err);
// `create_timestamp_s`: whole seconds of the request's CreateTimestamp (facts/api.md 1.2).
MUST_CHECK bool app_service_delete(struct app_service *service, const struct app_scope *scope,
                                   const char *name, int64_t create_timestamp_s, struct error *err);

// RollbackApplication: `request` gives its current version.
MUST_CHECK bool app_service_roll_back(struct app_service *service, const struct app_scope *scope,
                                      const char *name, const json_t *request,
                                      struct app_detail *out_detail,
                                      char out_operation_id[static APP_OPERATION_ID_SIZE],
                                      struct error *err);

// The parts of a configuration that have operations of their own. `request` is the whole request.
// `out_operation_id` is "" for an application that does not run.
enum sub_resource_edit {
    SUB_RESOURCE_ADD_LOGGING,
    SUB_RESOURCE_REMOVE_LOGGING,
    SUB_RESOURCE_ADD_VPC,
    SUB_RESOURCE_REMOVE_VPC,
    SUB_RESOURCE_EDIT_COUNT,
};
MUST_CHECK bool app_service_edit_sub_resource(struct app_service *service,
                                              const struct app_scope *scope, const char *name,
                                              enum sub_resource_edit edit, const json_t *request,
                                              struct app_detail *out_detail,
                                              char out_operation_id[static APP_OPERATION_ID_SIZE],
                                              struct error *err);

// UpdateApplicationMaintenanceConfiguration: `start` is "HH:MM".
MUST_CHECK bool app_service_set_maintenance(struct app_service *service,
                                            const struct app_scope *scope, const char *name,
                                            const char *start, struct app *out_app,
                                            struct error *err);

// The operations for SQL applications only. Never succeeds: `err` is the service's answer to
// `request` (facts/api.md 8.1). `name`: "" where the operation has none.
MUST_CHECK bool app_service_refuse_sql(struct app_service *service, const struct app_scope *scope,
                                       const char *name, const char *operation,
                                       const json_t *request, struct error *err);

// The operations of the version 2015-08-14, whose applications are for SQL: `err` is the service's
// answer (facts/api.md 8.3). `name`: "" where the operation has none.
void app_service_refuse_version_one(struct app_service *service, const struct app_scope *scope,
                                    const char *operation, const char *name, struct error *err);

// By the ARN of an application or of an enhanced snapshot of the caller. `tags`: [{"Key",
// "Value"?}]. `keys`: strings.
MUST_CHECK bool app_service_tag(struct app_service *service, const struct app_scope *scope,
                                const char *arn, const json_t *tags, struct error *err);
MUST_CHECK bool app_service_untag(struct app_service *service, const struct app_scope *scope,
                                  const char *arn, const json_t *keys, struct error *err);

MUST_CHECK bool app_service_create_snapshot(struct app_service *service,
                                            const struct app_scope *scope, const char *name,
                                            const char *snapshot_name, struct error *err);

// `creation_timestamp_ms` is the request's value; it is compared in whole seconds.
MUST_CHECK bool app_service_delete_snapshot(struct app_service *service,
                                            const struct app_scope *scope, const char *name,
                                            const char *snapshot_name,
                                            int64_t creation_timestamp_ms, struct error *err);
