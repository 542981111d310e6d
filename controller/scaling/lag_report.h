// Events about the lag of consumer groups.
#pragma once

#include "controller/service/service.h"
#include "model/app.h"
#include "runtime/job_measurement.h"

// Adds an event when the lag of a group becomes unknown, with the reason, and when it is known
// again. `*is_missing`: whether the last event was about an unknown lag.
MUST_CHECK bool lag_report(struct app_service *service, const struct app *app,
                           const struct job_measurement *measurement, bool *is_missing,
                           struct error *err);
