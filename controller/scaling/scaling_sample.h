// From a measurement to a sample of the autoscaler. Pure.
#pragma once

#include "controller/scaling/scaling_window.h"
#include "runtime/job_measurement.h"

// `scale`: how fast the service's clock runs. Rates are per second of that clock: where a minute of
// it passes in a second, they are a sixtieth.
struct scaling_sample scaling_sample_of(const struct job_measurement *measurement, double scale,
                                        int64_t now_ms);
