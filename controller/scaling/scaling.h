// The autoscaler's effects: lets it decide about a new measurement (autoscaler.h), records the
// evaluation (scaling_record.h), and begins the move.
#pragma once

#include "controller/scaling/scaling_window.h"
#include "controller/service/service.h"
#include "runtime/job_measurement.h"

// May begin a move, which changes `app`.
MUST_CHECK bool scaling_evaluate(struct app_service *service, struct app *app,
                                 const struct job_measurement *measurement,
                                 const struct scaling_window *window, int64_t now_ms,
                                 struct error *err);
