// A streaming job that exists as numbers only: a source with a backlog, vertices with a cost per
// record, moves with a gap and a cold start. Second by second, with the autoscaler at its controls.
#pragma once

#include "controller/scaling/autoscaler.h"

#include <stdbool.h>
#include <stdint.h>

#define STREAM_VERTICES_MAX 8

struct stream_vertex {
    double cost_ms;   // of one record, in one slot
    double in_ratio;  // records that reach it for one of the source's
    double hot_share; // of its records that have one key, which one slot has to do alone
    int pinned;       // a parallelism of its own; 0: the job's
};

struct stream_job {
    int vertex_count; // a chain; the first is the source
    struct stream_vertex vertices[STREAM_VERTICES_MAX];
    double cpu_share; // of a busy second that is spent on the processor; the rest waits for others
    bool hides_backlog;
    bool has_legacy_source; // which does not say how busy it is
};

struct stream {
    // What it is; set by stream_begin(), and may be changed before it runs.
    struct stream_job job;
    enum scaling_policy policy;
    struct scaling_tuning tuning;
    struct scaling_limits limits;
    double (*load_per_s)(double at_s);
    double load_noise;    // standard deviation of each second's load, as a share
    double load_wander;   // ... of what drifts with a memory of half a minute
    double measure_noise; // ... of each measurement
    int gap_s;            // of a move
    int cold_s;           // after it, at half speed
    // What it has come to.
    uint64_t random;
    double drift;
    int64_t now_s;
    double backlog_records;
    struct scaling_window window;
    struct scaling_last_move last_move;
    struct scaling_decision decision; // the newest
    int64_t up_at_s;                  // the end of the move under way
    int next_parallelism;             // 0: none is under way
    double measured_load;             // sums of the seconds since the last sample
    int measured_s;
    int64_t lagged_s; // seconds in which more than ten seconds of the load waited
    int ups;
    int downs;
};

void stream_begin(struct stream *stream, enum scaling_policy policy, const struct stream_job *job,
                  int parallelism, double (*load_per_s)(double at_s));
void stream_second(struct stream *stream);
void stream_run(struct stream *stream, int64_t until_s);

int stream_moves(const struct stream *stream);
// What it can take in with a parallelism, in records per second.
double stream_capacity_per_s(const struct stream *stream, int parallelism);
// The least parallelism that takes in a load at the tuning's target utilization.
int stream_sufficient(const struct stream *stream, double load_per_s);
