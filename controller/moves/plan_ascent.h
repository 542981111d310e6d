// How far a slot is on the way up, and the step towards it. Pure; a part of the plan.
#pragma once

#include "controller/moves/plan.h"

// ASCENT_STEP: take the step; the caller decides on the others.
enum ascent { ASCENT_STEP, ASCENT_PREPARED, ASCENT_UP, ASCENT_HOPELESS };

// One step towards a cluster on which the job of the slot runs.
enum ascent plan_ascend(const struct app *app, const struct plan_view *view, enum app_slot slot,
                        int64_t now_ms, struct step *out_step);
// The same for a slot whose job was submitted to a cluster that is not gone.
enum ascent plan_ascend_submitted(const struct app *app, const struct plan_view *view,
                                  enum app_slot slot, struct step *out_step);
