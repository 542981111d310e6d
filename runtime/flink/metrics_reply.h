// What Flink's REST answers say of a job's load (facts/flink.md 6.5, 7). Pure: JSON in, plain data
// out. Shapes recorded from 1.20.3.
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "runtime/job_measurement.h"

#define FLINK_VERTEX_ID_SIZE  33
#define FLINK_PARALLELISM_MAX 32768 // more no job can have

struct flink_vertex {
    char id[FLINK_VERTEX_ID_SIZE];
    char name[MEASURED_NAME_SIZE];
    int parallelism;
    bool is_source;
    uint32_t inputs;
};

struct flink_topology {
    int vertex_count; // at most MEASURED_VERTICES_MAX: those beyond are not looked at
    struct flink_vertex vertices[MEASURED_VERTICES_MAX]; // upstream first
    int max_parallelism;                                 // 0 = not known
};

// GET /jobs/:id. ERROR_INVALID: not of that shape.
MUST_CHECK bool metrics_reply_topology(const json_t *reply, struct flink_topology *out,
                                       struct error *err);

// The figure `id` of an answer with metrics. `aggregate`: "sum", "max", ...; NULL = the answer is
// not aggregated and has "value". MEASUREMENT_UNKNOWN when it is not there or is no number.
double metrics_reply_value(const json_t *reply, const char *id, const char *aggregate);

// Of an answer that is not aggregated the figures "<subtask>.<name>" of the first `count` subtasks,
// in one pass; MEASUREMENT_UNKNOWN for those that are not there.
void metrics_reply_subtasks(const json_t *reply, const char *name, int count, double *out);

// The ids of a vertex's answer that end in one of the names of a source's backlog, joined by commas
// with one in front; "" when there is none. False: not all of them fit.
bool metrics_reply_backlog_ids(const json_t *reply, char *out, size_t size_bytes);
// The largest or the summed value of those that end in `name`; MEASUREMENT_UNKNOWN without one.
double metrics_reply_by_suffix(const json_t *reply, const char *name, const char *aggregate);
