// What kobel offers beyond the API of the service: faults, events, measurements, logs, the
// dashboard, its own status, and the batches of the loop.
#pragma once

#include "base/buffer.h"
#include "base/json.h"
#include "model/app.h"
#include "runtime/insight.h"

struct app_service;

// What happened, oldest first, after `after_sequence`: see controller/history/event_log.h. The
// caller owns the array.
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
// ERROR_INVALID: no such fault. ERROR_CONFLICT: it runs nowhere.
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
// Why it was scaled, or was not: see controller/scaling/scaling_explain.h. At most `limit`
// evaluations.
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
// What is in one of them from a position on: see struct insight_log_page. ERROR_NOT_FOUND.
struct log_query {
    const char *cluster_id;
    const char *file;
    int64_t from;
};
MUST_CHECK bool app_service_log_page(struct app_service *service, const struct app_scope *scope,
                                     const char *name, const struct log_query *query,
                                     struct insight_log_page *out_page, struct error *err);

// Is there a dashboard to be shown? ERROR_CONFLICT: the application does not run.
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
