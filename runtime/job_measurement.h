// One measurement of a running job: its vertices and its processes. Plain data.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MEASURED_VERTICES_MAX 32
#define MEASURED_NAME_SIZE    96
#define MEASURED_FAILURE_SIZE 256
#define MEASUREMENT_UNKNOWN   (-1.0) // of any figure that was not measured

struct measured_vertex {
    char name[MEASURED_NAME_SIZE];
    int parallelism;
    bool is_source;
    uint32_t inputs;             // bit i: the earlier vertex i feeds this one
    double records_in;           // since the job started
    double records_out;          //
    double records_in_per_s;     // since the measurement before; unknown in the first
    double records_out_per_s;    //
    double busiest_ratio;        // 0 to 1: busy time of the busiest subtask
    double busy_ratio;           // 0 to 1, means over the subtasks
    double backpressured_ratio;  //
    double idle_ratio;           //
    double pending_records;      // of a source: waiting outside
    double records_lag_max;      // of a Kafka source: of the partition that is farthest behind
    double millis_behind_latest; // of a Kinesis source
};

struct job_measurement {
    uint64_t number; // 1 for the first of a job; 0 = there is none yet
    int vertex_count;
    struct measured_vertex vertices[MEASURED_VERTICES_MAX]; // upstream first
    int max_parallelism;                                    // of the job's state; 0 = unknown
    // Of the job (facts/service.md 9).
    double uptime_ms;
    double downtime_ms;
    double full_restarts;
    double last_checkpoint_duration_ms;
    double last_checkpoint_size_bytes;
    double failed_checkpoints;
    double completed_checkpoints;
    // Of the TaskManagers. Ratios are 0 to 1.
    double cpu_max_ratio; // of the busiest one, of its share of processor; with its sandbox
    double cpu_mean_ratio;
    double memory_max_ratio; // of its promised memory
    double memory_bytes;     // of all processes of the cluster, shared pages counted once
    double cpu_seconds;      // used by all of them since they started
    double heap_max_ratio;
    double gc_count;
    double gc_time_ms;
    double threads;
    // Of the Kafka consumer groups in the application's properties: ends of their topics minus
    // committed offsets.
    double consumer_lag;
    double consumer_lag_max; // of the partition that is farthest behind
    // Why the lag is unknown, with the brokers; "" = no failure.
    char lag_failure[MEASURED_FAILURE_SIZE];
};

// part / whole, at most 1; MEASUREMENT_UNKNOWN where one of them is unknown or `whole` is 0.
static inline double job_measurement_ratio(double part, double whole) {
    if (!(part >= 0) || !(whole > 0)) return MEASUREMENT_UNKNOWN;
    return part < whole ? part / whole : 1;
}
