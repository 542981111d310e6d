// Why a move failed, in words for the user (ErrorString of the operation).
#pragma once

#include "controller/moves/plan.h"
#include "model/operation.h"

// What Flink reports of the cluster in question, else what was recorded earlier. Valid as long as
// `app` and `view`; may be written into `app->move.failure`.
const char *move_failure_of(struct app *app, const struct plan_view *view);

// The same with what kobel knows of state that could not be restored: for an operation, and all of
// it. The caller owns the result of the second one.
void move_failure_brief(struct app *app, const struct plan_view *view,
                        char out[static OPERATION_ERROR_SIZE]);
char *move_failure_full(struct app *app, const struct plan_view *view);
