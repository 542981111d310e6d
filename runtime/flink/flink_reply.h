// Flink's REST answers as plain data. Pure: JSON or text in (facts/flink.md 6; shapes recorded from
// 1.20.3).
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "runtime/cluster.h"

#include <stdint.h>

struct flink_port_range {
    uint16_t first;
    uint16_t count;
};

struct flink_slots {
    int own;       // slots of the cluster's own TaskManagers
    int strangers; // TaskManagers of another cluster, which have found this JobManager by mistake
};

struct flink_job {
    enum job_state state;
    int64_t last_restarting_ms; // when it last became RESTARTING, by Flink's clock; 0 = never
    int tasks_running;          // RUNNING, and FINISHED where a part of the job is bounded
    int tasks_total;
    bool is_batch; // it runs in batch mode: no checkpoints, no savepoints
};

// GET /jobmanager/config: whether that JobManager was started with JOB_CONF_INSTANCE =
// `instance`. ERROR_INVALID: not of that shape.
MUST_CHECK bool flink_reply_is_instance(const json_t *reply, const char *instance, bool *out_is_it,
                                        struct error *err);

// GET /taskmanagers. A TaskManager whose data port is one of `ports` is the cluster's own.
// ERROR_INVALID: not of that shape.
MUST_CHECK bool flink_reply_slots(const json_t *reply, const struct flink_port_range *ports,
                                  struct flink_slots *out, struct error *err);

// GET /jobs/:id. ERROR_INVALID: not of that shape.
MUST_CHECK bool flink_reply_job(const json_t *reply, struct flink_job *out, struct error *err);

// GET /jobs/:id/checkpoints: the newest completed checkpoint as a local path; "" when there is
// none. Savepoints do not count.
MUST_CHECK bool flink_reply_checkpoint(const json_t *reply, char out_path[static FILE_PATH_MAX],
                                       struct error *err);

// GET /jobs/:id/savepoints/:trigger: state, location and failure; trigger_id is not changed.
MUST_CHECK bool flink_reply_savepoint(const json_t *reply, struct savepoint_view *out,
                                      struct error *err);

// GET /jobs/:id/exceptions: the newest one's cause in one line; "" when there is none.
void flink_reply_exception(const json_t *reply, char *out, size_t size_bytes);
// Was that a task that could not read the state that it was to restore?
bool flink_reply_is_of_restore(const json_t *reply);

// {"errors": [...]}: the cause in one line.
void flink_reply_error(const json_t *reply, char *out, size_t size_bytes);

// One line for a Java stack trace (stack_trace.h). Of a trace of more than 64 KB, here and above,
// only the first and the last 32 KB are read.
void flink_reply_cause(const char *stack_trace, char *out, size_t size_bytes);
