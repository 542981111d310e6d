// Rates of a vertex from counters that were read twice. Pure.
//
// Flink's answers are as old as its last collection, so the time between two of them is what its
// subtasks themselves say has passed: busy, idle and held back. Sources of the kind before FLIP-27
// (SourceFunction) and what is chained to them do not say how busy they were: for them it is the
// time of the job's other vertices, which are collected together.
#pragma once

#include "runtime/job_measurement.h"

#define VERTEX_SUBTASKS_MAX 128 // whose busy times are told apart

struct vertex_counters {
    double in; // these are sums over the subtasks; MEASUREMENT_UNKNOWN: Flink does not say
    double out;
    double busy_ms;
    double idle_ms;
    double held_ms;
    double subtask_busy_ms[VERTEX_SUBTASKS_MAX];
    int64_t read_us; // monotonic
    bool is_known;
};

// Milliseconds between the two readings, by the vertex itself. 0: Flink has not collected since;
// MEASUREMENT_UNKNOWN: it does not measure its time.
double vertex_passed_ms(const struct vertex_counters *now, const struct vertex_counters *last,
                        int parallelism);

// The time that holds for vertices that do not measure theirs: `others_ms`, the most of what the
// others say, or where there are none (MEASUREMENT_UNKNOWN) that between the readings. 0: no
// counter has moved, and Flink may not have collected since. MEASUREMENT_UNKNOWN: it does measure,
// and has begun anew.
double vertex_passed_besides_ms(const struct vertex_counters *now,
                                const struct vertex_counters *last, double others_ms);

// Fills the rates and ratios of `out` for a time that has passed (> 0).
void vertex_rates(const struct vertex_counters *now, const struct vertex_counters *last,
                  int parallelism, double passed_ms, struct measured_vertex *out);
void vertex_rates_unknown(struct measured_vertex *out);
void vertex_rates_copy(const struct measured_vertex *from, struct measured_vertex *out);
