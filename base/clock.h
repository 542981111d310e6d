// Time as something that is passed in. Wall time is UTC epoch milliseconds everywhere.
#pragma once

#include <stdint.h>

// The service's clock: what timestamps, retention and autoscaling read. Tests and --time-scale bend
// it.
struct clock {
    int64_t (*now_ms)(void *self);
    void *self;
};

int64_t clock_now_ms(const struct clock *clock);

// The real wall clock.
struct clock clock_system(void);

// Never goes back, unrelated to wall time: for measuring durations.
int64_t clock_monotonic_us(void);
