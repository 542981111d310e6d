// FORCE_STOPPING and DELETING are shown for a moment, although kobel could end them at once: on the
// service they last seconds, and clients wait for them. Pure.
#pragma once

#include "controller/moves/plan.h"

// So long, of real time: enough for a client that asks as soon as it has its answer.
#define PLAN_SHOWN_MS 500

// False: the status of the application has to be shown longer, and `out_step` waits for that.
bool plan_shown_enough(const struct app *app, const struct plan_view *view, int64_t now_ms,
                       struct step *out_step);
