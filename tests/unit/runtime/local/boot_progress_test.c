// When a boot counts as hung: stages, processor time, and time in which the daemon was halted.
#include "runtime/local/boot_progress.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct boot_progress boot;
static int64_t now_ms;

static void set_up(void) {
    boot = (struct boot_progress){0};
    now_ms = 5000;
}

TestSuite(boot_progress, .init = set_up);

// A boot that uses that share of a processor for so long. The milliseconds until it counts as hung;
// -1: it does not.
static int64_t look_for(int64_t wait_ms, int stage, double share) {
    double cpu_ms = (double)boot.cpu_ms;

    for (int64_t waited_ms = 0; waited_ms <= wait_ms; waited_ms += BOOT_CHECK_EVERY_MS) {
        if (!boot_progress_update(&boot, stage, (int64_t)cpu_ms, now_ms)) return waited_ms;
        now_ms += BOOT_CHECK_EVERY_MS;
        cpu_ms += BOOT_CHECK_EVERY_MS * share;
    }
    return -1;
}

Test(boot_progress, hangs_after_a_minute_without_progress) {
    cr_assert(eq(int, (int)look_for(100000, 1, 0.005), BOOT_STALL_LIMIT_MS));
}

Test(boot_progress, may_take_long_while_it_makes_progress) {
    for (int stage = 1; stage < 100; stage++)
        cr_assert(eq(int, (int)look_for(50000, stage, 0), -1));
}

Test(boot_progress, may_be_starved) {
    // Three hundredths of a processor, as at the lowest priority beside two busy loops.
    cr_assert(eq(int, (int)look_for(BOOT_STAGE_LIMIT_MS - 10000, 1, 0.03), -1));
}

Test(boot_progress, hangs_after_five_minutes_in_one_stage) {
    int64_t ended_ms = look_for(2 * BOOT_STAGE_LIMIT_MS, 1, 1.0);

    cr_assert(eq(int, (int)ended_ms, BOOT_STAGE_LIMIT_MS));
}

Test(boot_progress, is_not_judged_by_what_a_halted_daemon_did_not_see) {
    for (int count = 0; count < 20; count++) {
        cr_assert(boot_progress_update(&boot, 1, 0, now_ms));
        now_ms += 3600000;
    }
}
