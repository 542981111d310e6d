// Flink's REST answers about a job's load as plain data (facts/flink.md 6.5, 7). Pure: JSON in.
// Shapes recorded from 1.20.3.
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "runtime/job_measurement.h"

#define FLINK_VERTEX_ID_SIZE  33
#define FLINK_PARALLELISM_MAX 32768 // Flink's own limit

struct flink_vertex {
    char id[FLINK_VERTEX_ID_SIZE];
    char name[MEASURED_NAME_SIZE];
    int parallelism;
    bool is_source;
    uint32_t inputs;
};

struct flink_topology {
    int vertex_count; // at most MEASURED_VERTICES_MAX; further ones are ignored
    struct flink_vertex vertices[MEASURED_VERTICES_MAX]; // upstream first
    int max_parallelism;                                 // 0 = unknown
};

// GET /jobs/:id. ERROR_INVALID: not of that shape.
MUST_CHECK bool metrics_reply_topology(const json_t *reply, struct flink_topology *out,
                                       struct error *err);

// The figure `id` of an answer with metrics. `aggregate`: "sum", "max", ...; NULL = the answer is
// not aggregated and has "value". MEASUREMENT_UNKNOWN when it is missing or not a number.
double metrics_reply_value(const json_t *reply, const char *id, const char *aggregate);

// The figures "<subtask>.<name>" of the first `count` subtasks, from an answer that is not
// aggregated, in one pass; MEASUREMENT_UNKNOWN for missing ones.
void metrics_reply_subtasks(const json_t *reply, const char *name, int count, double *out);

// The ids of metrics about a source's backlog in the answer about a vertex, each after a comma; ""
// when there is none. False: not all of them fit.
bool metrics_reply_backlog_ids(const json_t *reply, char *out, size_t size_bytes);
// The maximum or the sum of the metrics whose ids end in `name`; MEASUREMENT_UNKNOWN without one.
double metrics_reply_by_suffix(const json_t *reply, const char *name, const char *aggregate);
