// The clock of --time-scale, and times as text.
#include "base/clock.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static int64_t real_now_ms(void *self) {
    return *(int64_t *)self;
}

Test(clock, shows_real_time_until_it_is_bent) {
    int64_t real_ms = 1000;
    struct bent_clock bent;

    clock_bend(&bent, (struct clock){.now_ms = real_now_ms, .self = &real_ms});
    struct clock clock = clock_of(&bent);
    cr_assert(eq(long, (long)clock_now_ms(&clock), 1000));
    real_ms = 1500;
    cr_assert(eq(long, (long)clock_now_ms(&clock), 1500));
    clock_set_scale(&bent, 60.0);
    cr_assert(eq(long, (long)clock_now_ms(&clock), 1500));
    real_ms = 2500;
    cr_assert(eq(long, (long)clock_now_ms(&clock), 61500));
    cr_assert(clock_advance(&bent, 3600000));
    cr_assert(eq(long, (long)clock_now_ms(&clock), 3661500));
    cr_assert(eq(long, (long)clock_real_ms(&bent, 60000), 1001));
    clock_set_scale(&bent, 1.0);
    real_ms += 7;
    cr_assert(eq(long, (long)clock_now_ms(&clock), 3661507));
    cr_assert(eq(long, (long)clock_real_ms(&bent, 60000), 60000));
}

Test(clock, ends_before_it_overflows) {
    int64_t real_ms = 1000;
    struct bent_clock bent;

    clock_bend(&bent, (struct clock){.now_ms = real_now_ms, .self = &real_ms});
    struct clock clock = clock_of(&bent);
    cr_assert(clock_advance(&bent, CLOCK_MAX_MS - 2000));
    cr_assert(not(clock_advance(&bent, 2000)), "beyond the end");
    cr_assert(not(clock_advance(&bent, INT64_MAX)));
    cr_assert(eq(i64, clock_now_ms(&clock), CLOCK_MAX_MS - 1000));
    clock_set_scale(&bent, CLOCK_SCALE_MAX);
    real_ms = INT64_MAX / 2;
    cr_assert(eq(i64, clock_now_ms(&clock), CLOCK_MAX_MS), "it stands still there");
}

Test(clock, nothing_takes_less_than_no_time) {
    cr_assert(eq(i64, clock_elapsed_ms(1000, 1500), 500));
    cr_assert(eq(i64, clock_elapsed_ms(1500, 1000), 0), "it was set back meanwhile");
}

Test(clock, work_rests_for_so_many_times_as_long_as_it_took) {
    cr_assert(eq(i64, clock_pause_us(1000, 4, 0), 4000));
    cr_assert(eq(i64, clock_pause_us(1000, 4, 200000), 200000));
    cr_assert(eq(i64, clock_pause_us(100000, 64, 200000), 6400000));
}

Test(text, reads_times) {
    int64_t ms = -1;

    cr_assert(text_to_ms("250ms", &ms));
    cr_assert(eq(long, (long)ms, 250));
    cr_assert(text_to_ms("15m", &ms));
    cr_assert(eq(long, (long)ms, 900000));
    cr_assert(text_to_ms("7d", &ms));
    cr_assert(eq(long, (long)ms, 604800000));
    cr_assert(not(text_to_ms("7", &ms)));
    cr_assert(not(text_to_ms("d", &ms)));
    cr_assert(not(text_to_ms("-1s", &ms)));
    cr_assert(not(text_to_ms("9999999999999999d", &ms)));
    cr_assert(not(text_to_ms("106751991167d", &ms)));
    cr_assert(not(text_to_ms("36526d", &ms)));
    cr_assert(eq(long, (long)ms, 604800000));
}
