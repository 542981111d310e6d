// The service's own rule (facts/service.md 4): only the processor counts. Pure.
#pragma once

#include "controller/scaling/scaling_decision.h"

// Called with enabled autoscaling, and a decision that holds the current parallelism.
void autoscaler_msf(const struct scaling_input *input, const struct scaling_tuning *tuning,
                    struct scaling_decision *decision);
