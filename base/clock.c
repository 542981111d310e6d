#include "base/clock.h"

#include <time.h>

int64_t clock_now_ms(const struct clock *clock) {
    return clock->now_ms(clock->self);
}

double clock_scale(const struct clock *clock) {
    return clock->scale == NULL ? 1.0 : clock->scale(clock->self);
}

static int64_t system_now_ms(void *self) {
    struct timespec now;

    (void)self;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct clock clock_system(void) {
    return (struct clock){.now_ms = system_now_ms};
}

// --- bent ---

static int64_t bent_now_ms(void *self) {
    const struct bent_clock *clock = self;
    int64_t real_ms = clock_now_ms(&clock->real) - clock->real_since_ms;
    double passed_ms = (double)real_ms * clock->scale;

    if (passed_ms >= (double)(CLOCK_MAX_MS - clock->shown_since_ms)) return CLOCK_MAX_MS;
    return clock->shown_since_ms + (int64_t)passed_ms;
}

void clock_bend(struct bent_clock *clock, struct clock real) {
    *clock = (struct bent_clock){.real = real, .scale = 1.0};
    clock->real_since_ms = clock->shown_since_ms = clock_now_ms(&real);
}

static double bent_scale(void *self) {
    const struct bent_clock *clock = self;

    return clock->scale;
}

// Makes the current reading the new starting point.
static void rebase(struct bent_clock *clock) {
    clock->shown_since_ms = bent_now_ms(clock);
    clock->real_since_ms = clock_now_ms(&clock->real);
}

void clock_set_scale(struct bent_clock *clock, double scale) {
    rebase(clock);
    clock->scale = scale;
}

bool clock_advance(struct bent_clock *clock, int64_t by_ms) {
    if (by_ms > CLOCK_MAX_MS - bent_now_ms(clock)) return false;
    rebase(clock);
    clock->shown_since_ms += by_ms;
    return true;
}

struct clock clock_of(struct bent_clock *clock) {
    return (struct clock){.now_ms = bent_now_ms, .scale = bent_scale, .self = clock};
}

int64_t clock_real_ms(const struct bent_clock *clock, int64_t bent_ms) {
    return (int64_t)((double)bent_ms / clock->scale) + (clock->scale == 1.0 ? 0 : 1);
}

int64_t clock_monotonic_us(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t monotonic_now_ms(void *self) {
    (void)self;
    return clock_monotonic_us() / 1000;
}

struct clock clock_monotonic(void) {
    return (struct clock){.now_ms = monotonic_now_ms};
}

// --- observed ---

int64_t observed_time_update(struct observed_time *time, int64_t now_ms) {
    int64_t step_ms = time->updated_at_ms == 0 ? 0 : now_ms - time->updated_at_ms;

    if (step_ms > OBSERVED_STEP_MAX_MS) step_ms = OBSERVED_STEP_MAX_MS;
    if (step_ms > 0) time->total_ms += step_ms;
    time->updated_at_ms = now_ms;
    return time->total_ms;
}

void observed_time_begin(struct observed_time *time, int64_t now_ms) {
    *time = (struct observed_time){.updated_at_ms = now_ms};
}

int64_t clock_pause_us(int64_t took_us, int64_t factor, int64_t least_us) {
    int64_t pause_us = took_us * factor;

    return pause_us > least_us ? pause_us : least_us;
}

int64_t clock_elapsed_ms(int64_t since_ms, int64_t now_ms) {
    return now_ms > since_ms ? now_ms - since_ms : 0;
}
