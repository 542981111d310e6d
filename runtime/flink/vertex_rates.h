// Rates of vertices from counters that were read twice. Pure.
//
// Flink's answers are as old as its last collection. So the time between two of them is the time
// that the subtasks report: busy, idle and back-pressured. Sources of the kind before FLIP-27
// (SourceFunction), and vertices chained to them, do not report it: for them it is the time of the
// job's other vertices, which are collected together.
#pragma once

#include "runtime/job_measurement.h"

#define VERTEX_SUBTASKS_MAX 128 // with a busy time of their own

struct vertex_counters {
    double in; // sums over the subtasks; MEASUREMENT_UNKNOWN: not reported by Flink
    double out;
    double busy_ms;
    double idle_ms;
    double held_ms;
    double subtask_busy_ms[VERTEX_SUBTASKS_MAX];
    int64_t read_us; // monotonic
    bool is_known;
};

// Milliseconds between the two readings, as the vertex reports them. 0: no new collection.
// MEASUREMENT_UNKNOWN: it does not report its time.
double vertex_passed_ms(const struct vertex_counters *now, const struct vertex_counters *last,
                        int parallelism);

// The same for a vertex that does not report its time: `others_ms`, the longest time of the others;
// where there are none (MEASUREMENT_UNKNOWN), the time between the readings. 0: no counter has
// changed, so there may be no new collection. MEASUREMENT_UNKNOWN: it does report its time, and the
// counters were reset.
double vertex_passed_besides_ms(const struct vertex_counters *now,
                                const struct vertex_counters *last, double others_ms);

// Fills the rates and ratios of `out` for the time that has passed (> 0).
void vertex_rates(const struct vertex_counters *now, const struct vertex_counters *last,
                  int parallelism, double passed_ms, struct measured_vertex *out);

struct vertex_readings {
    struct vertex_counters last; // those that the newest rates were made from
    struct vertex_counters now;
};

// Fills the rates and ratios of all vertices of `next`, and moves `now` to `last`. A vertex without
// a new collection keeps its rates of `before`, the measurement before.
void vertex_rates_of_job(struct vertex_readings *readings, const struct job_measurement *before,
                         struct job_measurement *next);
