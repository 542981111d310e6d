// Clocks, passed in as arguments. Wall time is in UTC epoch milliseconds everywhere.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

// The service's clock, for timestamps, retention and autoscaling. Tests and --time-scale change it.
struct clock {
    int64_t (*now_ms)(void *self);
    double (*scale)(void *self); // its milliseconds per real millisecond; NULL: 1
    void *self;
};

int64_t clock_now_ms(const struct clock *clock);
double clock_scale(const struct clock *clock);

// The real wall clock.
struct clock clock_system(void);

// A wall clock that runs faster or slower than the real one and can be set forward, for
// --time-scale and POST /kobel/v1/clock.
struct bent_clock {
    struct clock real;      // the clock behind it
    int64_t real_since_ms;  // the real time when `scale` was set ...
    int64_t shown_since_ms; // ... and what this clock showed then
    double scale;
};

// It stops at the end of the year 9999.
#define CLOCK_MAX_MS    253402300799000
#define CLOCK_SCALE_MIN 0.001
#define CLOCK_SCALE_MAX 100000.0

void clock_bend(struct bent_clock *clock, struct clock real);
void clock_set_scale(struct bent_clock *clock, double scale); // within the limits
// `by_ms` is not negative. False: it would pass CLOCK_MAX_MS; nothing is changed.
MUST_CHECK bool clock_advance(struct bent_clock *clock, int64_t by_ms);
struct clock clock_of(struct bent_clock *clock); // borrows it
// The real duration of `bent_ms` on this clock, rounded up.
int64_t clock_real_ms(const struct bent_clock *clock, int64_t bent_ms);

// Never goes back and is unrelated to wall time: for measuring durations.
int64_t clock_monotonic_us(void);
struct clock clock_monotonic(void); // the same in milliseconds

// The time between two readings; 0 if the clock was set back in between.
int64_t clock_elapsed_ms(int64_t since_ms, int64_t now_ms);

// How long to pause work that blocked the loop for `took_us`: `factor` times that, at least
// `least_us`, so that the loop has time for everything else.
int64_t clock_pause_us(int64_t took_us, int64_t factor, int64_t least_us);

// Measures how long a state has lasted while this process was running. Each update adds the time
// since the last one, but at most OBSERVED_STEP_MAX_MS: a stopped daemon or a suspended machine
// must not look like time in which others did nothing. {0}: no update yet.
struct observed_time {
    int64_t updated_at_ms; // of any clock that does not go back; 0 = never
    int64_t total_ms;
};

#define OBSERVED_STEP_MAX_MS 2000

// Returns the total. To be exact, update more often than every OBSERVED_STEP_MAX_MS.
int64_t observed_time_update(struct observed_time *time, int64_t now_ms);
void observed_time_begin(struct observed_time *time, int64_t now_ms); // restarts from 0
