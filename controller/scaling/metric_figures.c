#include "controller/scaling/metric_figures.h"

#include <stddef.h>

// clang-format off
const struct metric_definition METRIC_APP[METRIC_APP_COUNT] = {
    {"KPUs",                       "Count",        "kpus",                              1,     "KPUs, with the one for orchestration"},
    {"cpuUtilization",             "Percent",      NULL,                                1,     NULL},
    {"containerCPUUtilization",    "Percent",      "cpu_utilization_ratio",             0.01,  "Share of its processors that the busiest TaskManager uses"},
    {"containerMemoryUtilization", "Percent",      "memory_utilization_ratio",          0.01,  "Share of its memory that the fullest TaskManager uses"},
    {"heapMemoryUtilization",      "Percent",      "heap_utilization_ratio",            0.01,  "Share of its heap that the fullest TaskManager uses"},
    {"oldGenerationGCCount",       "Count",        "gc_collections_total",              1,     "Garbage collections of all TaskManagers"},
    {"oldGenerationGCTime",        "Milliseconds", "gc_seconds_total",                  0.001, "Time in garbage collections"},
    {"threadsCount",               "Count",        "threads",                           1,     "Threads of all TaskManagers"},
    {"uptime",                     "Milliseconds", "uptime_seconds",                    0.001, "Time since the job last began to run"},
    {"downtime",                   "Milliseconds", "downtime_seconds",                  0.001, "Time since the job began to fail; 0 while it runs"},
    {"fullRestarts",               "Count",        "job_restarts_total",                1,     "Restarts of the job by Flink since it was submitted"},
    {"numRestarts",                "Count",        NULL,                                1,     NULL}, // its name from Flink 2.2 on
    {"lastCheckpointDuration",     "Milliseconds", "last_checkpoint_duration_seconds",  0.001, "Duration of the newest checkpoint"},
    {"lastCheckpointSize",         "Bytes",        "last_checkpoint_size_bytes",        1,     "Size of the newest checkpoint"},
    {"numberOfFailedCheckpoints",  "Count",        "checkpoints_failed_total",          1,     "Checkpoints that failed since the job was submitted"},
    {"numberOfCompletedCheckpoints", "Count",      "checkpoints_completed_total",       1,     "Checkpoints that were completed since the job was submitted"},
    {"numRecordsIn",               "Count",        "records_in_total",                  1,     "Records that the sources took in since the job was submitted"},
    {"numRecordsInPerSecond",      "Count/Second", "records_in_per_second",             1,     "Records that the sources take in"},
    {"numRecordsOut",              "Count",        "records_out_total",                 1,     "Records that reached the last vertices since the job was submitted"},
    {"numRecordsOutPerSecond",     "Count/Second", "records_out_per_second",            1,     "Records that reach the last vertices"},
    {"millisBehindLatest",         "Milliseconds", "source_behind_seconds",             0.001, "How far the slowest Kinesis shard is behind"},
    {"records_lag_max",            "Count",        "source_lag_records_max",            1,     "Lag of the Kafka partition that is farthest behind"},
    {"consumerLag",                "Count",        "consumer_lag_records",              1,     "Records between what the consumer groups have committed and the ends of their topics"},
    {"pendingRecords",             "Count",        "source_pending_records",            1,     "Records that wait for the sources"},
};

const struct metric_definition METRIC_TASK[METRIC_TASK_COUNT] = {
    {"numRecordsIn",                "Count",        "task_records_in_total",        1,     "Records that the vertex took in"},
    {"numRecordsInPerSecond",       "Count/Second", "task_records_in_per_second",   1,     "Records that the vertex takes in"},
    {"numRecordsOut",               "Count",        "task_records_out_total",       1,     "Records that the vertex emitted"},
    {"numRecordsOutPerSecond",      "Count/Second", "task_records_out_per_second",  1,     "Records that the vertex emits"},
    {"busyTimeMsPerSecond",         "Milliseconds", "task_busy_ratio",              0.001, "Share of the time in which the vertex works"},
    {"maxBusyTimeMsPerSecond",      "Milliseconds", "task_busy_max_ratio",          0.001, "The same of its busiest subtask"},
    {"backPressuredTimeMsPerSecond", "Milliseconds", "task_backpressured_ratio",    0.001, "Share of the time in which the vertex is under back pressure"},
    {"idleTimeMsPerSecond",         "Milliseconds", "task_idle_ratio",              0.001, "Share of the time in which the vertex waits for input"},
    {"parallelism",                 "Count",        "task_parallelism",             1,     "Subtasks of the vertex"},
};
// clang-format on

static double times(double ratio, double factor) {
    return ratio < 0 ? MEASUREMENT_UNKNOWN : ratio * factor;
}

// --- totals over vertices ---

static double plus(double sum, double value) {
    if (value < 0) return sum;
    return sum < 0 ? value : sum + value;
}

static double larger(double left, double right) {
    return left > right ? left : right;
}

static bool feeds_another(const struct job_measurement *measurement, int vertex) {
    for (int index = 0; index < measurement->vertex_count; index++)
        if ((measurement->vertices[index].inputs >> vertex & 1) != 0) return true;
    return false;
}

struct flow {
    double in;
    double in_per_s;
    double out;
    double out_per_s;
    double pending;
    double lag_max;
    double behind_ms;
};

// Flink does not count what a source vertex takes in, nor what a sink writes: the figures are what
// the source emits, and what the sink takes in (facts/flink.md 7.1).
static struct flow flow_of(const struct job_measurement *measurement) {
    const double none = MEASUREMENT_UNKNOWN;
    struct flow flow = {none, none, none, none, none, none, none};

    for (int index = 0; index < measurement->vertex_count; index++) {
        const struct measured_vertex *vertex = &measurement->vertices[index];
        if (vertex->is_source) {
            flow.in = plus(flow.in, larger(vertex->records_in, vertex->records_out));
            flow.in_per_s =
                plus(flow.in_per_s, larger(vertex->records_in_per_s, vertex->records_out_per_s));
            flow.pending = plus(flow.pending, vertex->pending_records);
            flow.lag_max = larger(flow.lag_max, vertex->records_lag_max);
            flow.behind_ms = larger(flow.behind_ms, vertex->millis_behind_latest);
        }
        if (!feeds_another(measurement, index)) {
            flow.out = plus(flow.out, larger(vertex->records_in, vertex->records_out));
            flow.out_per_s =
                plus(flow.out_per_s, larger(vertex->records_in_per_s, vertex->records_out_per_s));
        }
    }
    return flow;
}

void metric_figures_app(const struct job_measurement *measurement, int kpus,
                        double out[static METRIC_APP_COUNT]) {
    struct flow flow = flow_of(measurement);
    const double figures[METRIC_APP_COUNT] = {
        kpus,
        times(measurement->cpu_mean_ratio, 100),
        times(measurement->cpu_max_ratio, 100),
        times(measurement->memory_max_ratio, 100),
        times(measurement->heap_max_ratio, 100),
        measurement->gc_count,
        measurement->gc_time_ms,
        measurement->threads,
        measurement->uptime_ms,
        measurement->downtime_ms,
        measurement->full_restarts,
        measurement->full_restarts,
        measurement->last_checkpoint_duration_ms,
        measurement->last_checkpoint_size_bytes,
        measurement->failed_checkpoints,
        measurement->completed_checkpoints,
        flow.in,
        flow.in_per_s,
        flow.out,
        flow.out_per_s,
        flow.behind_ms,
        larger(flow.lag_max, measurement->consumer_lag_max),
        measurement->consumer_lag,
        flow.pending,
    };

    for (int index = 0; index < METRIC_APP_COUNT; index++)
        out[index] = figures[index];
}

void metric_figures_task(const struct measured_vertex *vertex,
                         double out[static METRIC_TASK_COUNT]) {
    const double figures[METRIC_TASK_COUNT] = {
        vertex->records_in,
        vertex->records_in_per_s,
        vertex->records_out,
        vertex->records_out_per_s,
        times(vertex->busy_ratio, 1000),
        times(vertex->busiest_ratio, 1000),
        times(vertex->backpressured_ratio, 1000),
        times(vertex->idle_ratio, 1000),
        vertex->parallelism,
    };

    for (int index = 0; index < METRIC_TASK_COUNT; index++)
        out[index] = figures[index];
}
