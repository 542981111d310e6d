// How running applications are measured and scaled.
#pragma once

#include "controller/scaling/scaling_decision.h"

#include <stdint.h>

struct metering_options {
    int64_t interval_ms;        // of the service's clock; 0 = nothing is measured
    int64_t retention_ms;       // how long minutes are kept
    enum scaling_policy policy; // unless a tag of the application names another one
};

#define METERING_OPTIONS_DEFAULT                                                                   \
    ((struct metering_options){.interval_ms = 10000, .retention_ms = 1296000000})
