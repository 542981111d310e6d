// Time as something that is passed in. Wall time is UTC epoch milliseconds everywhere.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

// The service's clock: what timestamps, retention and autoscaling read. Tests and --time-scale bend
// it.
struct clock {
    int64_t (*now_ms)(void *self);
    double (*scale)(void *self); // how many of its milliseconds pass in a real one; NULL: one
    void *self;
};

int64_t clock_now_ms(const struct clock *clock);
double clock_scale(const struct clock *clock);

// The real wall clock.
struct clock clock_system(void);

// A wall clock that runs faster or slower than the real one, and can be set forward: --time-scale
// and POST /kobel/v1/clock.
struct bent_clock {
    struct clock real;      // what it is bent from
    int64_t real_since_ms;  // since then it runs at `scale`...
    int64_t shown_since_ms; // ...from here
    double scale;
};

// It ends with the last year of four digits, and stands still then.
#define CLOCK_MAX_MS    253402300799000
#define CLOCK_SCALE_MIN 0.001
#define CLOCK_SCALE_MAX 100000.0

void clock_bend(struct bent_clock *clock, struct clock real);
void clock_set_scale(struct bent_clock *clock, double scale); // within the limits
// Not negative. False, and nothing is changed: that would be beyond its end.
MUST_CHECK bool clock_advance(struct bent_clock *clock, int64_t by_ms);
struct clock clock_of(struct bent_clock *clock); // borrows it
// How long a time of the bent clock takes in reality, rounded up.
int64_t clock_real_ms(const struct bent_clock *clock, int64_t bent_ms);

// Never goes back, unrelated to wall time: for measuring durations.
int64_t clock_monotonic_us(void);
struct clock clock_monotonic(void); // the same as a clock

// Between two readings of a clock that may have been set back meanwhile: then 0.
int64_t clock_elapsed_ms(int64_t since_ms, int64_t now_ms);

// How long work rests that has kept the loop for so long: so many times as long, and never less
// than that.
int64_t clock_rest_us(int64_t took_us, int64_t factor, int64_t least_us);

// How long something has gone on, as far as somebody was there to see it: each look adds what has
// passed since the one before, but never more than a look can be late on a busy machine. A daemon
// that was halted, or a machine that was suspended, so does not count as time in which others did
// nothing. {0}: not looked at yet.
struct observed_time {
    int64_t looked_at_ms; // of any clock that does not go back; 0 = never
    int64_t total_ms;
};

#define OBSERVED_STEP_MAX_MS 2000

// Returns the total. Whoever waits for a total looks more often than OBSERVED_STEP_MAX_MS.
int64_t observed_time_look(struct observed_time *time, int64_t now_ms);
void observed_time_begin(struct observed_time *time, int64_t now_ms); // from zero
