// Scaling by what has to be done (facts/kobel.md 7; facts/flink.md 10). Pure.
#pragma once

#include "controller/scaling/scaling_decision.h"

// Called with enabled autoscaling, and a decision that holds the current parallelism.
void autoscaler_throughput(const struct scaling_input *input, const struct scaling_tuning *tuning,
                           struct scaling_decision *decision);
