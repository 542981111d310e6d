// When a cluster counts as silent: only the time in which the daemon has observed it counts.
#include "runtime/flink/cluster_silence.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct cluster_silence silence;
static int64_t now_ms;
static char reason[200];

static void set_up(void) {
    silence = (struct cluster_silence){.limit_ms = 30000, .wanted_slots = 4};
    now_ms = 5000;
    cluster_silence_answered(&silence, now_ms);
    cluster_silence_slots(&silence, 4, now_ms);
}

TestSuite(cluster_silence, .init = set_up);

static bool is_over(void) {
    return cluster_silence_is_over_limit(&silence, reason, sizeof reason);
}

static void wait_without_answer(int64_t wait_ms) {
    for (int64_t waited_ms = 0; waited_ms < wait_ms; waited_ms += 1000)
        cluster_silence_unanswered(&silence, now_ms += 1000);
}

Test(cluster_silence, is_over_the_limit_after_that_time_without_an_answer) {
    wait_without_answer(29000);
    cr_assert(not(is_over()));
    wait_without_answer(1000);
    cr_assert(is_over());
    cr_assert(strstr(reason, "no usable answer for 30 s") != NULL, "%s", reason);
}

Test(cluster_silence, is_over_with_any_answer) {
    for (int count = 0; count < 10; count++) {
        wait_without_answer(20000);
        cr_assert(not(is_over()));
        cluster_silence_answered(&silence, now_ms);
    }
}

Test(cluster_silence, does_not_count_the_time_of_a_halted_daemon) {
    for (int count = 0; count < 10; count++) {
        now_ms += 600000;
        cluster_silence_unanswered(&silence, now_ms);
        cluster_silence_slots(&silence, 3, now_ms);
    }
    cr_assert(not(is_over()));
}

Test(cluster_silence, counts_missing_slots_too) {
    int64_t every_ms = cluster_silence_slots_every_ms(&silence);

    cr_assert(every_ms < OBSERVED_STEP_MAX_MS);
    for (int64_t waited_ms = 0; waited_ms <= 30000; waited_ms += every_ms) {
        cr_assert(not(is_over()));
        cluster_silence_answered(&silence, now_ms);
        cluster_silence_slots(&silence, 3, now_ms += every_ms);
    }
    cluster_silence_slots(&silence, 3, now_ms += every_ms);
    cr_assert(is_over());
    cr_assert(strstr(reason, "only 3 of 4 slots") != NULL, "%s", reason);
    cluster_silence_slots(&silence, 4, now_ms += every_ms);
    cr_assert(not(is_over()));
}
