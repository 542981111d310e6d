// What the autoscaler reads of a measurement.
#include "controller/scaling/scaling_sample.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

// A source that has sent 1000 records, of which the vertex behind it took in 600.
static struct job_measurement job(void) {
    struct job_measurement job = {.vertex_count = 2, .cpu_max_ratio = 0.5};

    job.vertices[0] = (struct measured_vertex){.parallelism = 1,
                                               .is_source = true,
                                               .records_out = 1000,
                                               .records_out_per_s = 90,
                                               .pending_records = 50};
    job.vertices[1] = (struct measured_vertex){
        .parallelism = 2, .inputs = 1, .records_in = 600, .records_in_per_s = 60};
    return job;
}

Test(scaling_sample, records_between_a_source_and_what_it_feeds_are_backlog) {
    struct job_measurement measured = job();
    struct scaling_sample sample = scaling_sample_of(&measured, 1, 77);

    cr_assert(eq(int, (int)sample.at_ms, 77));
    cr_assert(eq(int, sample.vertex_count, 2));
    cr_assert(eq(dbl, sample.vertices[0].records_out_per_s, 60));
    cr_assert(eq(dbl, sample.vertices[0].backlog_records, 450));
}

Test(scaling_sample, an_unknown_backlog_stays_unknown) {
    struct job_measurement measured = job();

    measured.vertices[0].pending_records = MEASUREMENT_UNKNOWN;
    struct scaling_sample sample = scaling_sample_of(&measured, 1, 77);
    cr_assert(lt(dbl, sample.vertices[0].backlog_records, 0));
}

Test(scaling_sample, a_source_that_feeds_a_vertex_with_another_input_keeps_its_own_rate) {
    struct job_measurement measured = job();

    measured.vertex_count = 3;
    measured.vertices[2] = measured.vertices[1];
    measured.vertices[2].inputs = 3;
    struct scaling_sample sample = scaling_sample_of(&measured, 1, 77);
    cr_assert(eq(dbl, sample.vertices[0].records_out_per_s, 90));
    cr_assert(eq(dbl, sample.vertices[0].backlog_records, 50));
}

Test(scaling_sample, rates_are_those_of_the_clock_of_the_service) {
    struct job_measurement measured = job();
    struct scaling_sample sample = scaling_sample_of(&measured, 60, 77);

    cr_assert(eq(dbl, sample.vertices[1].records_in_per_s, 1));
}

Test(scaling_sample, a_vertex_without_rates_leaves_only_the_processors) {
    struct job_measurement measured = job();

    measured.vertices[1].records_in_per_s = MEASUREMENT_UNKNOWN;
    struct scaling_sample sample = scaling_sample_of(&measured, 1, 77);
    cr_assert(eq(int, sample.vertex_count, 0));
    cr_assert(eq(dbl, sample.cpu_max_ratio, 0.5));
}
