// The load of a job in a stretch of samples. Pure, for autoscaler_throughput.
#pragma once

#include "controller/scaling/scaling_decision.h"

struct load_estimate {
    bool known;           // there are enough samples with a busy time
    bool lacks_busy_time; // there are samples, but no vertex that scales reports a busy time
    bool backlog_known;
    double demand_per_s;   // what arrives at the sources
    double capacity_per_s; // of the sources, as the busiest vertex limits them
    double backlog_records;
    int64_t lag_ms; // the time in which as much as the backlog arrives
    // Of the busiest vertex that scales with the job: to process all that arrives ...
    double utilization;
    double catch_up_utilization; // ... and to process the backlog in time
    int busiest_vertex;          // -1: none
    double slots_needed;         // a fraction, which the caller rounds
    // Of the vertices whose parallelism is set in the code.
    double pinned_utilization;
    double pinned_catch_up_utilization;
    int pinned_vertex; // -1: none
};

// Judges the samples with from_ms < at_ms <= to_ms.
struct load_estimate load_estimate_over(const struct scaling_input *input,
                                        const struct scaling_tuning *tuning, int64_t from_ms,
                                        int64_t to_ms);
