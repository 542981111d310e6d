// The service's metrics (facts/service.md 9): their names, their units, and their values from a
// measurement. Pure.
#pragma once

#include "runtime/job_measurement.h"

struct metric_definition {
    const char *name;        // the service's
    const char *unit;        // of CloudWatch
    const char *prometheus;  // without "kobel_application_"; NULL: Prometheus does not get it
    double prometheus_scale; // from the service's unit to that of Prometheus: 0.001 for ms to s
    const char *help;
};

// Of an application, and of each of its tasks (vertices).
enum { METRIC_APP_COUNT = 24, METRIC_TASK_COUNT = 9 };
extern const struct metric_definition METRIC_APP[METRIC_APP_COUNT];
extern const struct metric_definition METRIC_TASK[METRIC_TASK_COUNT];

// One measurement in the order of the tables; MEASUREMENT_UNKNOWN where it was not measured.
void metric_figures_app(const struct job_measurement *measurement, int kpus,
                        double out[static METRIC_APP_COUNT]);
void metric_figures_task(const struct measured_vertex *vertex,
                         double out[static METRIC_TASK_COUNT]);
