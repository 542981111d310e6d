// What the newest move on record says about the job that runs.
#include "controller/scaling/scaling_record.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { UP_SINCE_MS = 5000 };

static struct scaling_last_move last_move(int64_t at_ms, int wanted, int current) {
    AUTO(json_decref) json_t *newest = json_new_object();

    json_put_int(newest, "atMs", at_ms);
    json_put_int(newest, "currentParallelism", 2);
    json_put_int(newest, "wantedParallelism", wanted);
    json_put_real(newest, "capacityPerSecond", 100);
    return scaling_record_last_move(newest, UP_SINCE_MS, current);
}

Test(scaling_record, a_move_that_is_what_runs_has_worked) {
    struct scaling_last_move move = last_move(4000, 4, 4);

    cr_assert(eq(int, (int)move.ended_at_ms, UP_SINCE_MS));
    cr_assert(eq(int, move.from_parallelism, 2));
    cr_assert(eq(int, move.to_parallelism, 4));
    cr_assert(eq(dbl, move.capacity_before_per_s, 100));
    cr_assert(eq(int, (int)move.failed_at_ms, 0));
}

Test(scaling_record, a_move_that_is_not_what_runs_has_failed) {
    cr_assert(eq(int, (int)last_move(4000, 4, 2).failed_at_ms, 4000));
    cr_assert(eq(int, last_move(4000, 4, 2).from_parallelism, 0));
}

Test(scaling_record, a_move_begun_after_the_job_came_up_has_failed) {
    cr_assert(eq(int, (int)last_move(6000, 4, 4).failed_at_ms, 6000));
}

Test(scaling_record, without_a_move_there_is_only_the_time) {
    struct scaling_last_move move = scaling_record_last_move(NULL, UP_SINCE_MS, 4);

    cr_assert(eq(int, (int)move.ended_at_ms, UP_SINCE_MS));
    cr_assert(eq(int, move.from_parallelism, 0));
    cr_assert(eq(int, (int)move.failed_at_ms, 0));
}
