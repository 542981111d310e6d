// Who may launch a cluster now: boots share the processors, and the memory budget holds for
// recoveries, too. Whoever has to wait queues; the one that has waited longest is next.
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// What the view says about launching a cluster: needs and budget of memory (fits_beside,
// fits_alone), launch_wait and is_queued. Asked of each look, it also keeps the place in the queue.
MUST_CHECK bool admission_look(struct app_service *service, const struct app *app,
                               struct plan_view *view, struct error *err);

// STEP_QUEUE: the application takes its place in the queue, and the history says why.
MUST_CHECK bool admission_queue(struct app_service *service, const struct app *app,
                                const struct plan_view *view, struct error *err);

// Somebody's cluster has changed: the next one may be admitted.
void admission_wake(struct app_service *service);

void admission_forget(struct app_service *service, const char *app_id);
void admission_free(struct app_service *service);
