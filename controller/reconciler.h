// The loop: observe, plan, record, act, for every application that is due.
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// Reads what the plan needs to know of one application.
MUST_CHECK bool reconciler_observe(struct app_service *service, const struct app *app,
                                   struct plan_view *out_view, struct error *err);

// Does the steps that can be done now, for every application that is due. Never waits.
void reconciler_run_due(struct app_service *service);
