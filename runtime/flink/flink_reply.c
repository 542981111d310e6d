#include "runtime/flink/flink_reply.h"

#include "base/buffer.h"
#include "base/text.h"
#include "runtime/flink/job_conf.h"
#include "runtime/flink/stack_trace.h"

#include <string.h>

// clang-format off
static const struct {
    const char *name;
    enum job_state state;
} job_states[] = {
    {"INITIALIZING", JOB_CREATED},   {"CREATED",    JOB_CREATED},  {"RECONCILING", JOB_CREATED},
    {"RUNNING",      JOB_RUNNING},   {"FAILING",    JOB_RESTARTING}, {"RESTARTING", JOB_RESTARTING},
    {"FINISHED",     JOB_FINISHED},  {"CANCELLING", JOB_CANCELED}, {"CANCELED",    JOB_CANCELED},
    {"FAILED",       JOB_FAILED},    {"SUSPENDED",  JOB_FAILED},
};
// clang-format on

bool flink_reply_is_instance(const json_t *reply, const char *instance, bool *out_is_it,
                             struct error *err) {
    bool is_it = false;
    size_t index;
    json_t *setting;

    if (!json_is_array(reply))
        return error_set(err, ERROR_INVALID, "no configuration of a JobManager");
    json_array_foreach(reply, index, setting) {
        if (text_equal(json_text(setting, "key"), JOB_CONF_INSTANCE))
            is_it = text_equal(json_text(setting, "value"), instance);
    }
    *out_is_it = is_it;
    return true;
}

bool flink_reply_slots(const json_t *reply, const struct flink_port_range *ports,
                       struct flink_slots *out, struct error *err) {
    const json_t *taskmanagers = json_member(reply, "taskmanagers");
    struct flink_slots slots = {0};
    size_t index;
    json_t *taskmanager;

    if (!json_is_array(taskmanagers))
        return error_set(err, ERROR_INVALID, "no TaskManagers of a cluster");
    json_array_foreach(taskmanagers, index, taskmanager) {
        int64_t port = json_int_or(taskmanager, "dataPort", 0);
        if (port >= ports->first && port < ports->first + ports->count)
            slots.own += (int)json_int_or(taskmanager, "slotsNumber", 0);
        else
            slots.strangers++;
    }
    *out = slots;
    return true;
}

// Flink before 1.19 says it only of the plan.
static bool is_batch(const json_t *reply) {
    return text_equal(json_text(reply, "job-type"), "BATCH") ||
           text_equal(json_text(json_member(reply, "plan"), "type"), "BATCH");
}

bool flink_reply_job(const json_t *reply, struct flink_job *out, struct error *err) {
    const char *state = json_text(reply, "state");
    const json_t *vertices = json_member(reply, "vertices");
    struct flink_job job = {.state = JOB_NONE};
    size_t index;
    json_t *vertex;

    for (size_t at = 0; at < COUNT_OF(job_states); at++)
        if (text_equal(job_states[at].name, state)) job.state = job_states[at].state;
    if (job.state == JOB_NONE) return error_set(err, ERROR_INVALID, "no job in a known state");
    json_array_foreach(vertices, index, vertex) {
        const json_t *tasks = json_member(vertex, "tasks");
        job.tasks_total += (int)json_int_or(vertex, "parallelism", 0);
        job.tasks_running += (int)json_int_or(tasks, "RUNNING", 0);
        job.tasks_running += (int)json_int_or(tasks, "FINISHED", 0);
    }
    job.last_restarting_ms = json_int_or(json_member(reply, "timestamps"), "RESTARTING", 0);
    job.is_batch = is_batch(reply);
    *out = job;
    return true;
}

// "file:/x" and "file:///x" → "/x"
static const char *local_path(const char *uri) {
    if (text_starts_with(uri, "file://")) return uri + strlen("file://");
    if (text_starts_with(uri, "file:")) return uri + strlen("file:");
    return uri;
}

static bool copy_path(char out[static FILE_PATH_MAX], const char *uri, struct error *err) {
    return text_copy(out, FILE_PATH_MAX, local_path(uri)) ||
           error_set(err, ERROR_INVALID, "the path '%.100s...' is too long", uri);
}

bool flink_reply_checkpoint(const json_t *reply, char out_path[static FILE_PATH_MAX],
                            struct error *err) {
    const json_t *completed = json_path(reply, "latest", "completed", NULL);

    if (json_member(reply, "latest") == NULL)
        return error_set(err, ERROR_INVALID, "no checkpoints of a job");
    return copy_path(out_path, json_text_or(completed, "external_path", ""), err);
}

// --- failures ---

void flink_reply_cause(const char *stack_trace, char *out, size_t size_bytes) {
    AUTO(buffer_release) struct buffer trace = BUFFER_INIT(STACK_TRACE_MAX_BYTES);

    stack_trace_append(&trace, stack_trace);
    stack_trace_cause(buffer_text(&trace), out, size_bytes);
}

// Messages of Flink's CheckpointFailureReason and CheckpointPlanCalculator for a task that was just
// ending, restarting or not started yet.
static bool is_transient(const char *trace) {
    static const char *const messages[] = {
        "TaskManager received a checkpoint request for unknown task",
        "is not being executed at the moment",
        "Task local checkpoint failure",
        "Not all required tasks are currently running",
        "Checkpoint was declined (tasks not ready)",
        "Checkpoint was declined (task is closing)",
        "Checkpoint was declined because one input stream is finished",
        "Checkpoint Coordinator is suspending",
        "Checkpoint needs at least one vertex that commits the checkpoint",
    };

    for (size_t index = 0; index < COUNT_OF(messages); index++)
        if (strstr(trace, messages[index]) != NULL) return true;
    return false;
}

bool flink_reply_savepoint(const json_t *reply, struct savepoint_view *out, struct error *err) {
    const char *status = json_text(json_member(reply, "status"), "id");
    const json_t *operation = json_member(reply, "operation");
    const json_t *failure = json_member(operation, "failure-cause");

    if (status == NULL) return error_set(err, ERROR_INVALID, "no state of a savepoint");
    if (!text_equal(status, "COMPLETED")) {
        out->state = SAVEPOINT_IN_PROGRESS;
        return true;
    }
    if (failure != NULL || json_text(operation, "location") == NULL) {
        AUTO(buffer_release) struct buffer trace = BUFFER_INIT(STACK_TRACE_MAX_BYTES);
        stack_trace_append(&trace, json_text_or(failure, "stack-trace", "no location was given"));
        out->state = SAVEPOINT_FAILED;
        out->is_transient = is_transient(buffer_text(&trace));
        stack_trace_cause(buffer_text(&trace), out->failure, sizeof out->failure);
        return true;
    }
    if (!copy_path(out->location, json_text(operation, "location"), err)) return false;
    out->state = SAVEPOINT_COMPLETED;
    return true;
}

static const char *newest_trace(const json_t *reply) {
    const json_t *entries = json_path(reply, "exceptionHistory", "entries", NULL);
    const char *trace = json_text(json_array_get(entries, 0), "stacktrace");

    return trace == NULL ? json_text_or(reply, "root-exception", "") : trace;
}

void flink_reply_exception(const json_t *reply, char *out, size_t size_bytes) {
    flink_reply_cause(newest_trace(reply), out, size_bytes);
}

bool flink_reply_is_of_restore(const json_t *reply) {
    // The message of Flink's BackendRestorerProcedure (facts/flink.md 8).
    return strstr(newest_trace(reply), "provided restore options") != NULL;
}

void flink_reply_error(const json_t *reply, char *out, size_t size_bytes) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(STACK_TRACE_MAX_BYTES);
    size_t index;
    json_t *entry;

    json_array_foreach(json_object_get(reply, "errors"), index, entry) {
        if (!json_is_string(entry) ||
            text_equal(json_string_value(entry), "Internal server error."))
            continue;
        stack_trace_append(&text, json_string_value(entry));
        (void)buffer_append_text(&text, "\n");
    }
    stack_trace_cause(buffer_text(&text), out, size_bytes);
}
