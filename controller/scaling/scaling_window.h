// The last samples of a running job, and the minutes of its processors. Plain data of a fixed size,
// the input of controller/scaling/autoscaler.h.
//
// All times are of one clock. `throughput` compares rates with the time between samples: rates have
// to be per second of that clock, and a sample in ten seconds is enough. `msf` counts minutes of
// that clock, if each has a sample.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SCALING_VERTICES_MAX 32
#define SCALING_SAMPLES_MAX  72  // ten minutes and more, at one sample in ten seconds
#define SCALING_POINTS_MAX   400 // minutes; the service's rule looks at 360
#define SCALING_POINT_MS     60000

struct scaling_vertex {
    int parallelism;
    bool is_source;
    uint32_t inputs;         // bit i: vertex i, which comes earlier, feeds this one; 0 = not known
    double records_in_per_s; // 0 for a source that does not count: what it sends is used instead
    double records_out_per_s;
    double busy_ratio;          // 0 to 1, of the busiest subtask; -1: not measured
    double backpressured_ratio; // 0 to 1
    double backlog_records;     // of a source: records that wait for it; -1: not known
};

struct scaling_sample {
    int64_t at_ms;
    double cpu_max_ratio; // of the busiest TaskManager, 0 to 1; -1: not measured
    int vertex_count;     // 0: the sample is about the processors only
    struct scaling_vertex vertices[SCALING_VERTICES_MAX]; // upstream first
};

// One minute, as the metric of the service shows it.
struct scaling_point {
    int64_t minute; // since 1970
    double cpu_ratio;
};

struct scaling_window {
    int sample_count;
    int sample_next; // the place of the next one: a ring
    struct scaling_sample samples[SCALING_SAMPLES_MAX];
    int point_count;
    int point_next;
    struct scaling_point points[SCALING_POINTS_MAX];
    // The minute that is not over yet.
    int64_t open_minute;
    double open_cpu_sum;
    int open_cpu_count; // 0: nothing was measured in it
};

// An empty window is {0}. Samples are added in the order of their time. A minute counts as measured
// with one sample that has a processor figure.
void scaling_window_add(struct scaling_window *window, const struct scaling_sample *sample);

// Age 0 is the newest. NULL: there is none of that age.
const struct scaling_sample *scaling_window_sample(const struct scaling_window *window, int age);
const struct scaling_point *scaling_window_point(const struct scaling_window *window, int age);
