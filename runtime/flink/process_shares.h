// What the processes of a cluster use, as shares of what they were promised.
#pragma once

#include "model/cluster_size.h"
#include "runtime/job_measurement.h"

// The usage of a process of the cluster with its descendants.
struct cluster_process_usage {
    int64_t cpu_ms;      // since it started
    double memory_bytes; // shared pages divided by the number of their users
};

// Reads the usage of a process; index 0 is the JobManager. False: it has ended.
typedef bool process_read_fn(void *userdata, int index, struct cluster_process_usage *out_usage);

struct process_shares {
    int count;
    int64_t last_us;      // of the last reading, monotonic; 0 = none
    int64_t *last_cpu_ms; // then, by process
};

void process_shares_init(struct process_shares *shares, int count);
void process_shares_release(struct process_shares *shares);
// Fills the members of `next` about processes, for the time since the last reading.
void process_shares_measure(struct process_shares *shares, const struct cluster_size *size,
                            process_read_fn *read, void *userdata, struct job_measurement *next);
