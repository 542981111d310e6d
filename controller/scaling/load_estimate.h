// What a stretch of samples says about a job's load. Pure; for autoscaler_throughput.
#pragma once

#include "controller/scaling/scaling_decision.h"

struct load_estimate {
    bool known;           // enough samples, with a busy time, and something flowed
    bool lacks_busy_time; // there are samples, and no vertex that scales says how busy it is
    bool backlog_known;
    double demand_per_s;   // what arrives at the sources
    double capacity_per_s; // of the sources, as the busiest vertex limits them
    double backlog_records;
    int64_t lag_ms; // the backlog, in the time in which so much arrives
    // Of the busiest vertex that scales with the job, if all that arrives were processed ...
    double utilization;
    double catch_up_utilization; // ... and the backlog were worked off in time
    int busiest_vertex;          // -1: none
    double slots_needed;         // a fraction: rounding is for the caller
    // Of the vertices with a parallelism of their own.
    double pinned_utilization;
    double pinned_catch_up_utilization;
    int pinned_vertex; // -1: none
};

// Judges the samples with from_ms < at_ms <= to_ms.
struct load_estimate load_estimate_over(const struct scaling_input *input,
                                        const struct scaling_tuning *tuning, int64_t from_ms,
                                        int64_t to_ms);
