#include "base/clock.h"

#include <time.h>

int64_t clock_now_ms(const struct clock *clock) {
    return clock->now_ms(clock->self);
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

int64_t clock_monotonic_us(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
