// Scales by the records that arrive (facts/kobel.md 7; facts/flink.md 10). Pure.
#pragma once

#include "controller/scaling/scaling_decision.h"

// Called where autoscaling is enabled, with a decision that keeps the current parallelism.
void autoscaler_throughput(const struct scaling_input *input, const struct scaling_tuning *tuning,
                           struct scaling_decision *decision);
