// The commands and questions that the API may put. The only door of the controller for api/.
//
// Requests come in validated against the document and normalised. A command changes the records and
// wakes the reconciler; it never waits for Flink. Errors carry the kinds and the words of the
// service.
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "base/json.h"
#include "controller/app_rules.h"
#include "model/app_detail.h"
#include "model/operation.h"
#include "model/operation_filter.h"
#include "model/snapshot.h"
#include "runtime/code_store.h"
#include "runtime/insight.h"
#include "storage/app_store.h"
#include "storage/version_store.h"

struct app_service;

// Answers a command that had to wait for code to be read. Called exactly once, possibly from within
// the call: either `detail` (released by the caller) with `operation_id`
// ("" = none), or `err`.
typedef void app_done_fn(void *userdata, struct app_detail *detail, const char *operation_id,
                         const struct error *err);

// `bytes`: those of the request's ZipFileContent, which are taken then; NULL for requests without.
void app_service_create(struct app_service *service, const struct app_scope *scope,
                        const json_t *request, struct buffer *bytes, app_done_fn *done,
                        void *userdata);
void app_service_update(struct app_service *service, const struct app_scope *scope,
                        const json_t *request, struct buffer *bytes, app_done_fn *done,
                        void *userdata);

MUST_CHECK bool app_service_describe(struct app_service *service, const struct app_scope *scope,
                                     const char *name, struct app_detail *out_detail,
                                     struct error *err);
// The same with `out_detail->job_plan`, where a job runs whose plan is known.
MUST_CHECK bool app_service_describe_more(struct app_service *service,
                                          const struct app_scope *scope, const char *name,
                                          struct app_detail *out_detail, struct error *err);
MUST_CHECK bool app_service_list(struct app_service *service, const struct app_scope *scope,
                                 const char *after_name, struct app_summary *out_list, size_t limit,
                                 size_t *out_count, struct error *err);

// `run_configuration`: the request's RunConfiguration, or NULL.
MUST_CHECK bool app_service_start(struct app_service *service, const struct app_scope *scope,
                                  const char *name, const json_t *run_configuration,
                                  char out_operation_id[static APP_OPERATION_ID_SIZE],
                                  struct error *err);
MUST_CHECK bool app_service_stop(struct app_service *service, const struct app_scope *scope,
                                 const char *name, bool force,
                                 char out_operation_id[static APP_OPERATION_ID_SIZE],
                                 struct error *err);
// `create_timestamp_s`: whole seconds of the request's CreateTimestamp (api-semantics 1.3).
MUST_CHECK bool app_service_delete(struct app_service *service, const struct app_scope *scope,
                                   const char *name, int64_t create_timestamp_s, struct error *err);

// RollbackApplication: `request` names the application and its current version.
MUST_CHECK bool app_service_roll_back(struct app_service *service, const struct app_scope *scope,
                                      const json_t *request, struct app_detail *out_detail,
                                      char out_operation_id[static APP_OPERATION_ID_SIZE],
                                      struct error *err);

// The sub-resources that are added and deleted by operations of their own. `request` is the whole
// request of the operation; `out_operation_id` is "" for an application that does not run.
enum sub_resource_edit {
    SUB_RESOURCE_ADD_LOGGING,
    SUB_RESOURCE_REMOVE_LOGGING,
    SUB_RESOURCE_ADD_VPC,
    SUB_RESOURCE_REMOVE_VPC,
    SUB_RESOURCE_EDIT_COUNT,
};
MUST_CHECK bool app_service_edit_sub_resource(struct app_service *service,
                                              const struct app_scope *scope,
                                              enum sub_resource_edit edit, const json_t *request,
                                              struct app_detail *out_detail,
                                              char out_operation_id[static APP_OPERATION_ID_SIZE],
                                              struct error *err);

// One version as it was recorded; `out_detail->app.status` is READY or ROLLED_BACK for one that is
// not the current one (api-semantics 6.9).
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

// UpdateApplicationMaintenanceConfiguration: `start` is "HH:MM".
MUST_CHECK bool app_service_set_maintenance(struct app_service *service,
                                            const struct app_scope *scope, const char *name,
                                            const char *start, struct app *out_app,
                                            struct error *err);

// The operations that exist for SQL applications only: `err` is what the service says of `request`
// (api-semantics 9.1). Never succeeds.
MUST_CHECK bool app_service_refuse_sql(struct app_service *service, const struct app_scope *scope,
                                       const char *operation, const json_t *request,
                                       struct error *err);

// Tags, by the ARN of an application of the caller's. `tags`: [{"Key", "Value"?}], `keys`: strings.
MUST_CHECK bool app_service_tag(struct app_service *service, const struct app_scope *scope,
                                const char *arn, const json_t *tags, struct error *err);
MUST_CHECK bool app_service_untag(struct app_service *service, const struct app_scope *scope,
                                  const char *arn, const json_t *keys, struct error *err);
MUST_CHECK bool app_service_list_tags(struct app_service *service, const struct app_scope *scope,
                                      const char *arn, json_t **out_tags, struct error *err);

MUST_CHECK bool app_service_create_snapshot(struct app_service *service,
                                            const struct app_scope *scope, const char *name,
                                            const char *snapshot_name, struct error *err);
MUST_CHECK bool app_service_describe_snapshot(struct app_service *service,
                                              const struct app_scope *scope, const char *name,
                                              const char *snapshot_name,
                                              struct snapshot *out_snapshot, struct error *err);
// Newest first, sequences below `before_sequence` (INT64_MAX = all).
MUST_CHECK bool app_service_list_snapshots(struct app_service *service,
                                           const struct app_scope *scope, const char *name,
                                           int64_t before_sequence, struct snapshot *out_list,
                                           size_t limit, size_t *out_count, struct error *err);
// `creation_timestamp_ms` is the request's value; it is compared in whole seconds.
MUST_CHECK bool app_service_delete_snapshot(struct app_service *service,
                                            const struct app_scope *scope, const char *name,
                                            const char *snapshot_name,
                                            int64_t creation_timestamp_ms, struct error *err);

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

// What happened, oldest first, after `after_sequence`: see controller/event_log.h. The caller owns
// the array.
MUST_CHECK bool app_service_list_events(struct app_service *service, const struct app_scope *scope,
                                        const char *name, int64_t after_sequence, int64_t limit,
                                        json_t **out_events, struct error *err);
// `on_event` is called when something was recorded that may not be committed yet: to look again in
// a later turn.
void app_service_watch_events(struct app_service *service, void (*on_event)(void *userdata),
                              void *userdata);

// Makes something go wrong for an application, on purpose: "kill-jobmanager", "kill-taskmanager",
// "fail-savepoint" (the next), "refuse-launch" (the next), "delay" (everything, for `delay_ms`),
// "busy-processor" (measurements say that TaskManagers use all of theirs, for `delay_ms`).
// ERROR_INVALID: no such fault. ERROR_CONFLICT: it runs nowhere. ERROR_UNSUPPORTED: not where it
// runs.
MUST_CHECK bool app_service_inject(struct app_service *service, const struct app_scope *scope,
                                   const char *name, const char *fault, int64_t delay_ms,
                                   struct error *err);

// One application as GET /kobel/v1/applications/<name> shows it: status, versions, restarts,
// restore points, disk use. The caller owns the object.
MUST_CHECK bool app_service_show(struct app_service *service, const struct app_scope *scope,
                                 const char *name, json_t **out_app, struct error *err);

// What was measured from from_ms on and before to_ms (UTC), as series of minutes with the service's
// names: {"application", "periodMs", "series": [{"name", "unit", "task"?, "points": [[atMs, mean],
// ...]}], "newest": {...}, "next"?}. `metric` and `task` choose; "" = all. At most 240 minutes and
// about 5,000 points, oldest first; "next" is the from_ms of what is left. The caller owns the
// object.
struct metric_query {
    int64_t from_ms; // -1: three hours before to_ms, or before now
    int64_t to_ms;
    const char *metric;
    const char *task;
};
MUST_CHECK bool app_service_metrics(struct app_service *service, const struct app_scope *scope,
                                    const char *name, const struct metric_query *query,
                                    json_t **out_metrics, struct error *err);
// Why it was scaled, or was not: see controller/scaling.h. At most `limit` evaluations.
MUST_CHECK bool app_service_explain(struct app_service *service, const struct app_scope *scope,
                                    const char *name, int64_t limit, json_t **out_explanation,
                                    struct error *err);
// Everything that is known now, in the text format of Prometheus 0.0.4, piece by piece: next()
// appends a piece and says whether more follow. Other turns of the loop may come between them.
struct exposition;
struct exposition *app_service_exposition_new(struct app_service *service);
void app_service_exposition_free(struct exposition *exposition);
MUST_CHECK bool app_service_exposition_next(struct exposition *exposition, struct buffer *out,
                                            bool *out_more, struct error *err);

// The logs of an application's clusters, oldest cluster first: {"files": [{"cluster", "number",
// "file", "source": "taskmanager-1", "isOutput", "sizeBytes"}]}. The caller owns the object.
MUST_CHECK bool app_service_logs(struct app_service *service, const struct app_scope *scope,
                                 const char *name, json_t **out_logs, struct error *err);
// What is in one of them from a position on: see struct cluster_log_page. ERROR_NOT_FOUND.
struct log_query {
    const char *cluster_id;
    const char *file;
    int64_t from;
};
MUST_CHECK bool app_service_log_page(struct app_service *service, const struct app_scope *scope,
                                     const char *name, const struct log_query *query,
                                     struct cluster_log_page *out_page, struct error *err);

// Is there a dashboard to be shown? ERROR_CONFLICT: the application does not run, or its
// cluster has none.
MUST_CHECK bool app_service_check_dashboard(struct app_service *service,
                                            const struct app_scope *scope, const char *name,
                                            struct error *err);
// GETs a page of the dashboard of an application: see `fetch` of runtime/insight.h. NULL: there is
// none at the moment.
struct cluster_fetch *app_service_fetch_page(struct app_service *service,
                                             const struct app_scope *scope, const char *name,
                                             const char *path, cluster_page_fn *done,
                                             void *userdata);
void app_service_cancel_page(struct app_service *service, struct cluster_fetch *fetch);

// For GET /kobel/v1/status and /readyz: what the controller knows. The caller owns the object:
// {"applications": n, "running": n, "memory": {"budgetBytes": n, "usedBytes": n}, "apps": [...],
// "next"?}. `apps` are those after the id `after_id` ("" = from the first), at most `limit`; "next"
// is there when more follow: the id to go on after.
MUST_CHECK bool app_service_status(struct app_service *service, const char *after_id, size_t limit,
                                   json_t **out_status, struct error *err);
MUST_CHECK bool app_service_check_writable(struct app_service *service, struct error *err);

// Commands of one turn of the loop are committed together (storage/db.h): between begin and end
// nobody may be told of anything while there is a batch that is not committed.
void app_service_begin_batch(struct app_service *service);
bool app_service_has_batch(const struct app_service *service);
MUST_CHECK bool app_service_commit_batch(struct app_service *service, struct error *err);
void app_service_end_batch(struct app_service *service);
// The same number, the same answers to everything that is on record.
uint64_t app_service_generation(const struct app_service *service);
