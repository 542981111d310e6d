// Why a move failed, in words for the user (ErrorString of the operation).
#pragma once

#include "controller/moves/plan.h"

// What Flink reports of the cluster in question, else what was recorded earlier. Valid as long as
// `app` and `view`; may be written into `app->move.failure`.
const char *move_failure_of(struct app *app, const struct plan_view *view);
