// The rule of the service (facts/service.md 4): only the processor counts. Pure.
#pragma once

#include "controller/scaling/scaling_decision.h"

// Called where autoscaling is enabled, with a decision that keeps the current parallelism.
void autoscaler_msf(const struct scaling_input *input, const struct scaling_tuning *tuning,
                    struct scaling_decision *decision);
