#include "runtime/flink/vertex_rates.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

// Ten seconds of a vertex with two subtasks: 400 ms a second busy, 200 held back.
static const struct vertex_counters before = {.in = 1000,
                                              .out = 2000,
                                              .busy_ms = 100,
                                              .idle_ms = 200,
                                              .held_ms = 300,
                                              .read_us = 5000000,
                                              .subtask_busy_ms = {60, 40}};
static const struct vertex_counters after = {.in = 3000,
                                             .out = 6000,
                                             .busy_ms = 8100,
                                             .idle_ms = 8200,
                                             .held_ms = 4300,
                                             .read_us = 16000000,
                                             .subtask_busy_ms = {6060, 2040}};

static struct vertex_counters legacy(const struct vertex_counters *counters) {
    struct vertex_counters source = *counters;

    source.in = 0;
    source.busy_ms = source.subtask_busy_ms[0] = source.subtask_busy_ms[1] = MEASUREMENT_UNKNOWN;
    source.idle_ms = 0;
    return source;
}

Test(vertex_rates, use_the_time_that_the_vertex_reports) {
    struct measured_vertex out = {0};

    cr_assert(epsilon_eq(dbl, vertex_passed_ms(&after, &before, 2), 10000, 1e-6));
    cr_assert(epsilon_eq(dbl, vertex_passed_ms(&before, &before, 2), 0, 1e-6));
    vertex_rates(&after, &before, 2, 10000, &out);
    cr_assert(epsilon_eq(dbl, out.records_in_per_s, 200, 1e-6));
    cr_assert(epsilon_eq(dbl, out.records_out_per_s, 400, 1e-6));
    cr_assert(epsilon_eq(dbl, out.busy_ratio, 0.4, 1e-6));
    cr_assert(epsilon_eq(dbl, out.idle_ratio, 0.4, 1e-6));
    cr_assert(epsilon_eq(dbl, out.backpressured_ratio, 0.2, 1e-6));
    cr_assert(epsilon_eq(dbl, out.busiest_ratio, 0.6, 1e-6));
}

Test(vertex_rates, of_a_legacy_source_use_the_time_of_the_others) {
    struct vertex_counters first = legacy(&before);
    struct vertex_counters second = legacy(&after);
    struct measured_vertex out = {0};

    cr_assert(lt(dbl, vertex_passed_ms(&second, &first, 2), 0));
    double passed_ms = vertex_passed_besides_ms(&second, &first, 10000);
    cr_assert(epsilon_eq(dbl, passed_ms, 10000, 1e-6));
    vertex_rates(&second, &first, 2, passed_ms, &out);
    cr_assert(epsilon_eq(dbl, out.records_in_per_s, 0, 1e-6));
    cr_assert(epsilon_eq(dbl, out.records_out_per_s, 400, 1e-6));
    cr_assert(epsilon_eq(dbl, out.backpressured_ratio, 0.2, 1e-6));
    cr_assert(lt(dbl, out.busy_ratio, 0));
    cr_assert(lt(dbl, out.busiest_ratio, 0));
    // The others were not collected since.
    cr_assert(epsilon_eq(dbl, vertex_passed_besides_ms(&second, &first, 0), 0, 1e-6));
}

Test(vertex_rates, of_a_single_legacy_source_use_the_clock) {
    struct vertex_counters first = legacy(&before);
    struct vertex_counters second = legacy(&after);

    cr_assert(epsilon_eq(dbl, vertex_passed_besides_ms(&second, &first, MEASUREMENT_UNKNOWN), 11000,
                         1e-6));
    second = first;
    second.read_us =
        first.read_us + 500000; // no counter has changed, and it is too early to decide
    cr_assert(
        epsilon_eq(dbl, vertex_passed_besides_ms(&second, &first, MEASUREMENT_UNKNOWN), 0, 1e-6));
}

Test(vertex_rates, are_unknown_when_the_job_was_restarted) {
    cr_assert(lt(dbl, vertex_passed_ms(&before, &after, 2), 0));
    cr_assert(lt(dbl, vertex_passed_besides_ms(&before, &after, 10000), 0));
}
