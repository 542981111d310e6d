// Measures the applications that run, records a row a minute, and passes each new measurement to
// the autoscaler. A meter is in memory only: when the daemon restarts, so do all jobs.
#pragma once

#include "base/error.h"
#include "model/app.h"
#include "runtime/job_measurement.h"
#include "storage/app_store.h"

struct app_service;

// For an application without a move: uses a new measurement, and begins the next one when it is
// due. *out_next_ms: when to call again, 0 = not needed. May begin a move, which changes `app`.
MUST_CHECK bool metering_update(struct app_service *service, struct app *app, int64_t now_ms,
                                int64_t *out_next_ms, struct error *err);
// The application was deleted.
void metering_forget(struct app_service *service, const char *app_id);
void metering_free(struct app_service *service);

// The newest measurement of the job that runs. NULL: there is none.
const struct job_measurement *metering_latest(const struct app_service *service,
                                              const char *app_id);
// The applications that are measured: id, scope and name. The caller frees the list.
MUST_CHECK bool metering_list(const struct app_service *service, struct app_brief **out_list,
                              size_t *out_count, struct error *err);
