// How parallel an application should run. Pure: no I/O, no clock, no allocation.
//
// Two policies (facts/kobel.md 7). `throughput` asks what the sources bring in, what each
// vertex could do in a second in which it is busy throughout, and wants the parallelism that keeps
// the busiest vertex at 70 % (facts/flink.md 10). `msf` repeats the service's documented rule,
// which looks at the processor alone (facts/service.md 4).
#pragma once

#include "controller/scaling/scaling_decision.h"

struct scaling_decision autoscaler_decide(const struct scaling_input *input,
                                          const struct scaling_tuning *tuning);
