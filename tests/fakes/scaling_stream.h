// A simulated streaming job: a source with a backlog, vertices with a cost per record, moves with a
// gap and a cold start. It runs second by second, and the autoscaler scales it.
#pragma once

#include "controller/scaling/autoscaler.h"

#include <stdbool.h>
#include <stdint.h>

#define STREAM_VERTICES_MAX 8

struct stream_vertex {
    double cost_ms;   // of one record, in one slot
    double in_ratio;  // records that reach it for each record of the source
    double hot_share; // share of its records that have the same key: one slot processes them
    int pinned;       // parallelism of this vertex; 0: that of the job
};

struct stream_job {
    int vertex_count; // a chain; the first is the source
    struct stream_vertex vertices[STREAM_VERTICES_MAX];
    double cpu_share; // share of a busy second on the processor; the rest waits for I/O
    bool hides_backlog;
    bool has_legacy_source; // which does not report how busy it is
};

struct stream {
    // Set by stream_begin(); tests may change them before it runs.
    struct stream_job job;
    enum scaling_policy policy;
    struct scaling_tuning tuning;
    struct scaling_limits limits;
    double (*load_per_s)(double at_s);
    double load_noise;    // standard deviation of the load of each second, as a share
    double load_wander;   // the same of its drift over half a minute
    double measure_noise; // the same of each measurement
    int gap_s;            // of a move, without a job
    int cold_s;           // after a move, at half speed
    // The state of the simulation.
    uint64_t random;
    double drift;
    int64_t now_s;
    double backlog_records;
    struct scaling_window window;
    struct scaling_last_move last_move;
    struct scaling_decision decision; // the newest
    int64_t up_at_s;                  // end of the current move
    int next_parallelism;             // 0: there is no move
    double measured_load;             // sums of the seconds since the last sample
    int measured_s;
    int64_t lagged_s; // seconds in which the backlog was more than ten seconds of the load
    int ups;
    int downs;
};

void stream_begin(struct stream *stream, enum scaling_policy policy, const struct stream_job *job,
                  int parallelism, double (*load_per_s)(double at_s));
void stream_second(struct stream *stream);
void stream_run(struct stream *stream, int64_t until_s);

int stream_moves(const struct stream *stream);
// The records per second that it can process with a parallelism.
double stream_capacity_per_s(const struct stream *stream, int parallelism);
// The least parallelism that processes a load at the target utilization.
int stream_sufficient(const struct stream *stream, double load_per_s);
