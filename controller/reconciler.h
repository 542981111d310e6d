// Observe, plan, record, act: the loop that takes every application where its record leads.
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// Reads what the plan wants to see of one application.
MUST_CHECK bool reconciler_observe(struct app_service *service, const struct app *app,
                                   struct plan_view *out_view, struct error *err);

// Takes the steps that can be taken now for every application that is due. Never waits.
void reconciler_run_due(struct app_service *service);
