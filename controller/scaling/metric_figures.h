// The service's metrics (facts/service.md 9) out of measurements: names, units, what each is made
// of, and the mean of a minute. Pure.
#pragma once

#include "base/json.h"
#include "runtime/job_measurement.h"

struct metric_definition {
    const char *name;        // the service's
    const char *unit;        // of CloudWatch
    const char *prometheus;  // without "kobel_application_"; NULL: not shown there
    double prometheus_scale; // the base unit of Prometheus in the service's: 0.001 for ms to s
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

// The means of a minute that is not over.
struct metric_sum {
    double sum;
    int count;
};
struct metric_minute {
    int64_t at_ms; // its beginning; 0 = none
    struct metric_sum app[METRIC_APP_COUNT];
    int task_count;
    char task_names[MEASURED_VERTICES_MAX][MEASURED_NAME_SIZE];
    struct metric_sum tasks[MEASURED_VERTICES_MAX][METRIC_TASK_COUNT];
};

void metric_minute_add(struct metric_minute *minute, const struct job_measurement *measurement,
                       int kpus);
// {"app": {"uptime": 1.0, ...}, "tasks": {"Source: x": {...}}} of what was measured in it.
json_t *metric_minute_figures(const struct metric_minute *minute);
