// How parallel an application should run. Pure: no I/O, no clock, no allocation.
//
// Two policies (facts/kobel.md 7). `throughput` compares what the sources bring in with what each
// vertex could process if it were always busy, and wants the parallelism that keeps the busiest
// vertex at 70 % (facts/flink.md 10). `msf` is the documented rule of the service, which depends on
// the processor only (facts/service.md 4).
#pragma once

#include "controller/scaling/scaling_decision.h"

struct scaling_decision autoscaler_decide(const struct scaling_input *input,
                                          const struct scaling_tuning *tuning);
