// The mean of the metrics over a minute. Pure.
#pragma once

#include "base/json.h"
#include "controller/scaling/metric_figures.h"

// The sums of a minute that is not over.
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
// The means: {"app": {"uptime": 1.0, ...}, "tasks": {"Source: x": {...}}}. The caller owns it.
json_t *metric_minute_figures(const struct metric_minute *minute);
