// Carries out one step of the plan: what it intends is committed first, then it is attempted. Knows
// no reasons.
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// `app` is the record that the plan was made from; it is what was committed afterwards. Not for
// STEP_WAIT. False: the store could not take it (nothing was attempted), or the attempt is to be
// made again later; `err` says why. *out_gone: the application does not exist any more.
MUST_CHECK bool executor_run(struct app_service *service, struct app *app,
                             const struct plan_view *view, const struct step *step, bool *out_gone,
                             struct error *err);
