// Measures the applications that run, keeps the minutes on record, and lets the autoscaler look at
// every new measurement. What a meter knows is in memory only: a daemon that starts again starts
// every job again, too.
#pragma once

#include "base/error.h"
#include "model/app.h"
#include "runtime/job_measurement.h"
#include "storage/app_store.h"

struct app_service;

// For an application without a move: takes what was measured and begins the next measurement when
// it is time. *out_next_ms: when to look again, 0 = no need. May begin a move, which changes `app`.
MUST_CHECK bool metering_tend(struct app_service *service, struct app *app, int64_t now_ms,
                              int64_t *out_next_ms, struct error *err);
// The application is gone.
void metering_forget(struct app_service *service, const char *app_id);
void metering_free(struct app_service *service);

// The newest measurement of the job that runs; NULL: none.
const struct job_measurement *metering_latest(const struct app_service *service,
                                              const char *app_id);
// The applications of which there is one; the caller frees the list.
struct app_brief *metering_list(const struct app_service *service, size_t *out_count);
