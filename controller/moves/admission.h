// Which application may launch a cluster now: clusters that boot share the processors, and the
// memory budget holds for recoveries, too. The others queue; the one that has waited longest is
// next.
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// Fills the parts of the view that are about launching a cluster: memory needed and its budget
// (fits_beside, fits_alone), launch_wait and is_queued. Called in each pass; keeps the place in the
// queue.
MUST_CHECK bool admission_observe(struct app_service *service, const struct app *app,
                                  struct plan_view *view, struct error *err);

// STEP_QUEUE: the application enters the queue, with an event that has the reason.
MUST_CHECK bool admission_queue(struct app_service *service, const struct app *app,
                                const struct plan_view *view, struct error *err);

// A cluster has changed: the next application may be admitted.
void admission_wake(struct app_service *service);

void admission_forget(struct app_service *service, const char *app_id);
void admission_free(struct app_service *service);
