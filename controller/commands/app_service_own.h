// What the admin API has and the service does not: faults, events, measurements, logs, the
// dashboard, the status of kobel; and the batches of the loop.
#pragma once

#include "base/buffer.h"
#include "base/json.h"
#include "model/app.h"
#include "runtime/insight.h"
#include "runtime/program.h"

struct app_service;

// Events after `after_sequence`, oldest first: see controller/history/event_log.h. The caller owns
// the array.
MUST_CHECK bool app_service_list_events(struct app_service *service, const struct app_scope *scope,
                                        const char *name, int64_t after_sequence, int64_t limit,
                                        json_t **out_events, struct error *err);
// `on_event` is called when an event was recorded. It may not be committed yet: read it in a later
// turn of the loop.
void app_service_watch_events(struct app_service *service, void (*on_event)(void *userdata),
                              void *userdata);

// A fault on purpose: "kill-jobmanager", "kill-taskmanager", "fail-savepoint" (the next one),
// "refuse-launch" (the next one), "delay" (all steps, for `delay_ms`), "busy-processor" (the
// processors of the TaskManagers are measured as fully used, for `delay_ms`). ERROR_INVALID: there
// is no such fault. ERROR_CONFLICT: the application has no cluster.
MUST_CHECK bool app_service_inject(struct app_service *service, const struct app_scope *scope,
                                   const char *name, const char *fault, int64_t delay_ms,
                                   struct error *err);

// Moves the job to another cluster with its state, as the service does in the maintenance window.
// ERROR_CONFLICT: the application is not RUNNING.
MUST_CHECK bool app_service_maintain(struct app_service *service, const struct app_scope *scope,
                                     const char *name,
                                     char out_operation_id[static APP_OPERATION_ID_SIZE],
                                     struct error *err);

// One application, as GET /kobel/v1/applications/<name> shows it: status, versions, restarts,
// restore points, disk use. The caller owns the object.
MUST_CHECK bool app_service_show(struct app_service *service, const struct app_scope *scope,
                                 const char *name, json_t **out_app, struct error *err);

// The measurements from `from_ms` to before `to_ms` (UTC), oldest first, as series of minutes with
// the service's names: {"application", "periodMs", "series": [{"name", "unit", "task"?, "points":
// [[atMs, mean], ...]}], "newest": {...}, "next"?}. `metric` and `task` select; "" = all. A reply
// has at most 240 minutes and about 5,000 points; "next" is the `from_ms` of the rest. The caller
// owns the object.
struct metric_query {
    int64_t from_ms; // -1: three hours before `to_ms` or now, whichever is earlier
    int64_t to_ms;
    const char *metric;
    const char *task;
};
MUST_CHECK bool app_service_metrics(struct app_service *service, const struct app_scope *scope,
                                    const char *name, const struct metric_query *query,
                                    json_t **out_metrics, struct error *err);
// Why it was scaled, or was not: see controller/scaling/scaling_explain.h. At most `limit`
// evaluations.
MUST_CHECK bool app_service_explain(struct app_service *service, const struct app_scope *scope,
                                    const char *name, int64_t limit, json_t **out_explanation,
                                    struct error *err);
// All that is known now, in the text format of Prometheus 0.0.4, in pieces: next() appends one, and
// returns whether more follow. There may be other turns of the loop between two pieces.
struct exposition;
struct exposition *app_service_exposition_new(struct app_service *service);
void app_service_exposition_free(struct exposition *exposition);
MUST_CHECK bool app_service_exposition_next(struct exposition *exposition, struct buffer *out,
                                            bool *out_more, struct error *err);

// The logs of an application's clusters, oldest cluster first: {"files": [{"cluster", "number",
// "file", "source": "taskmanager-1", "isOutput", "sizeBytes"}]}. The caller owns the object.
MUST_CHECK bool app_service_logs(struct app_service *service, const struct app_scope *scope,
                                 const char *name, json_t **out_logs, struct error *err);
// A part of one of them: see struct cluster_log_page. ERROR_NOT_FOUND: there is no such log.
struct log_query {
    const char *cluster_id;
    const char *file;
    int64_t from;
};
MUST_CHECK bool app_service_log_page(struct app_service *service, const struct app_scope *scope,
                                     const char *name, const struct log_query *query,
                                     struct insight_log_page *out_page, struct error *err);

// Which operators the job of the application's current version has: main() is run once more for it
// (runtime/program.h). `done` is called later, unless cancelled. ERROR_CONFIGURATION: it has no
// code.
MUST_CHECK bool app_service_inspect(struct app_service *service, const struct app_scope *scope,
                                    const char *name, program_done_fn *done, void *userdata,
                                    struct program_inspection **out_inspection, struct error *err);
void app_service_cancel_inspection(struct app_service *service,
                                   struct program_inspection *inspection);

// What a snapshot contains: {"name", "status", "createdAtMs", "isEnhanced", "application"?,
// "applicationVersion"?, "runtimeEnvironment"?, "sizeBytes"?, "savepoint"?, "savepointFailure"?,
// "fit"?}. "savepoint" and "fit" are those of runtime/savepoint/savepoint_report.h. Reading it
// takes some milliseconds. The caller owns the object. ERROR_NOT_FOUND.
struct snapshot_question {
    const char *app_name;      // has the snapshot, else the account has; NULL = the account
    const char *snapshot_name; // NULL = the state of the running job of `app_name`
    const char *program_of;    // the application that shall be started from it
    const struct program_report *program; // its operators; NULL = without "fit"
};
MUST_CHECK bool app_service_show_snapshot(struct app_service *service,
                                          const struct app_scope *scope,
                                          const struct snapshot_question *question,
                                          json_t **out_snapshot, struct error *err);

// Is there a dashboard? ERROR_CONFLICT: the application does not run.
MUST_CHECK bool app_service_check_dashboard(struct app_service *service,
                                            const struct app_scope *scope, const char *name,
                                            struct error *err);
// GETs a page of the dashboard of an application: see `fetch` of runtime/insight.h. NULL: there is
// none at the moment.
struct insight_fetch *app_service_fetch_page(struct app_service *service,
                                             const struct app_scope *scope, const char *name,
                                             const char *path, insight_page_fn *done,
                                             void *userdata);
void app_service_cancel_page(struct app_service *service, struct insight_fetch *fetch);

// For GET /kobel/v1/status and /readyz. The caller owns the object: {"applications": n, "running":
// n, "memory": {"budgetBytes": n, "usedBytes": n}, "apps": [...], "next"?}. "apps" are those after
// the id `after_id` ("" = from the first), at most `limit`; "next" is the next `after_id`, where
// more follow.
MUST_CHECK bool app_service_status(struct app_service *service, const char *after_id, size_t limit,
                                   json_t **out_status, struct error *err);
MUST_CHECK bool app_service_check_writable(struct app_service *service, struct error *err);

// Commands of one turn of the loop are committed together (storage/db.h). Between begin and end, no
// reply may be sent while the batch has writes that are not committed.
void app_service_begin_batch(struct app_service *service);
bool app_service_has_batch(const struct app_service *service);
MUST_CHECK bool app_service_commit_batch(struct app_service *service, struct error *err);
void app_service_end_batch(struct app_service *service);
// The same number: the records are the same.
uint64_t app_service_generation(const struct app_service *service);
