// The service's figures out of measurements.
#include "controller/scaling/metric_minute.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

// source (10/s out) -> count (10/s in) -> sink (9/s in)
static struct job_measurement job(void) {
    struct job_measurement job = {.vertex_count = 3,
                                  .cpu_max_ratio = 0.4,
                                  .downtime_ms = MEASUREMENT_UNKNOWN,
                                  .consumer_lag = MEASUREMENT_UNKNOWN,
                                  .consumer_lag_max = MEASUREMENT_UNKNOWN};

    job.vertices[0] = (struct measured_vertex){.name = "Source: in",
                                               .parallelism = 2,
                                               .is_source = true,
                                               .records_out = 100,
                                               .records_out_per_s = 10,
                                               .busy_ratio = 0.25,
                                               .pending_records = 7,
                                               .records_lag_max = MEASUREMENT_UNKNOWN,
                                               .millis_behind_latest = MEASUREMENT_UNKNOWN};
    job.vertices[1] = (struct measured_vertex){.name = "count",
                                               .parallelism = 2,
                                               .inputs = 1,
                                               .records_in = 100,
                                               .records_in_per_s = 10,
                                               .records_out = 90,
                                               .records_out_per_s = 9};
    job.vertices[2] = (struct measured_vertex){
        .name = "Sink", .parallelism = 1, .inputs = 2, .records_in = 90, .records_in_per_s = 9};
    return job;
}

static double figure(const struct job_measurement *measurement, const char *name) {
    double figures[METRIC_APP_COUNT];

    metric_figures_app(measurement, 3, figures);
    for (int index = 0; index < METRIC_APP_COUNT; index++)
        if (strcmp(METRIC_APP[index].name, name) == 0) return figures[index];
    cr_assert(false, "%s", name);
    return 0;
}

Test(metric_figures, an_application_takes_in_what_its_sources_emit_and_gives_what_its_sinks_take) {
    struct job_measurement measured = job();

    cr_assert(eq(dbl, figure(&measured, "numRecordsInPerSecond"), 10));
    cr_assert(eq(dbl, figure(&measured, "numRecordsOutPerSecond"), 9));
    cr_assert(eq(dbl, figure(&measured, "numRecordsIn"), 100));
    cr_assert(eq(dbl, figure(&measured, "numRecordsOut"), 90));
    cr_assert(eq(dbl, figure(&measured, "pendingRecords"), 7));
    cr_assert(eq(dbl, figure(&measured, "records_lag_max"), MEASUREMENT_UNKNOWN));
    cr_assert(eq(dbl, figure(&measured, "consumerLag"), MEASUREMENT_UNKNOWN));
    cr_assert(eq(dbl, figure(&measured, "containerCPUUtilization"), 40));
    cr_assert(eq(dbl, figure(&measured, "KPUs"), 3));
}

Test(metric_figures, every_metric_has_a_unit_and_every_exported_one_a_help_text) {
    for (int index = 0; index < METRIC_APP_COUNT; index++) {
        bool is_exported = METRIC_APP[index].prometheus != NULL;
        bool has_help = METRIC_APP[index].help != NULL;
        cr_assert(METRIC_APP[index].name != NULL && METRIC_APP[index].unit != NULL, "%d", index);
        cr_assert(is_exported == has_help, "%d", index);
    }
    for (int index = 0; index < METRIC_TASK_COUNT; index++)
        cr_assert(METRIC_TASK[index].name != NULL && METRIC_TASK[index].help != NULL, "%d", index);
}

Test(metric_figures, a_minute_is_the_mean_of_what_was_measured_in_it) {
    struct metric_minute minute = {.at_ms = 60000};
    struct job_measurement measured = job();

    metric_minute_add(&minute, &measured, 3);
    measured.cpu_max_ratio = 0.8;
    measured.vertices[0].busy_ratio = MEASUREMENT_UNKNOWN;
    metric_minute_add(&minute, &measured, 3);
    AUTO(json_decref) json_t *figures = metric_minute_figures(&minute);
    cr_assert(epsilon_eq(
        dbl, json_number_value(json_path(figures, "app", "containerCPUUtilization", NULL)), 60,
        1e-9));
    cr_assert(eq(
        dbl,
        json_number_value(json_path(figures, "tasks", "Source: in", "busyTimeMsPerSecond", NULL)),
        250));
    cr_assert(eq(sz, json_object_size(json_object_get(figures, "tasks")), 3));
    cr_assert(json_path(figures, "app", "downtime", NULL) == NULL,
              "what was not measured is not there");
}
