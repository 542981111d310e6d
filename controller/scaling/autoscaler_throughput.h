// Scaling by what has to be done (product.md, Autoscaling; flink-runtime 2.10). Pure.
#pragma once

#include "controller/scaling/scaling_decision.h"

// Called with enabled autoscaling, and a decision that holds the current parallelism.
void autoscaler_throughput(const struct scaling_input *input, const struct scaling_tuning *tuning,
                           struct scaling_decision *decision);
