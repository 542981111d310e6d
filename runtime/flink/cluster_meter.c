#include "runtime/flink/cluster_meter.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/app.h"
#include "runtime/flink/metrics_reply.h"
#include "runtime/flink/process_shares.h"
#include "runtime/flink/vertex_rates.h"

// Flink refuses a request line of more than 4096 bytes; "<subtask>.accumulateBusyTimeMs," has 25.
enum { IDS_SIZE = 2048 };
// Rounds in which the metrics of a source are listed: the first ones, and then every so many.
enum { LISTED_AT_FIRST = 12, LISTED_EVERY = 30 };

struct cluster_meter {
    struct cluster_meter_options options;
    struct flink_call *call;
    char job_id[APP_JOB_ID_SIZE];
    struct flink_topology topology;
    int vertex;                       // the one that is being asked about
    struct vertex_readings *readings; // of each vertex, MEASURED_VERTICES_MAX
    char (*backlog_ids)[IDS_SIZE];    // metrics of each vertex that is a source; "" = none
    struct process_shares processes;
    struct job_measurement next; // being filled
    struct job_measurement result;
};

const struct job_measurement *cluster_meter_result(const struct cluster_meter *meter) {
    return &meter->result;
}

// --- asking ---

static void ask_next_vertex(struct cluster_meter *meter);

// False: the round is given up, because the job has ended, or its cluster is ending.
static bool end_call(struct cluster_meter *meter, const struct error *err) {
    flink_call_free(TAKE(meter->call));
    return err == NULL;
}

static void ask(struct cluster_meter *meter, enum flink_question question, flink_done_fn *done,
                const char *rest) {
    AUTO(memory_free) char *path = memory_format("/jobs/%s%s", meter->job_id, rest);

    meter->call = flink_client_get(meter->options.client, question, path, done, meter);
}

static void ask_of_vertex(struct cluster_meter *meter, enum flink_question question,
                          flink_done_fn *done, const char *rest) {
    const char *id = meter->topology.vertices[meter->vertex].id;
    AUTO(memory_free) char *path = memory_format("/vertices/%s%s", id, rest);

    ask(meter, question, done, path);
}

// --- the end of a round ---

static void on_taskmanagers(void *userdata, json_t *reply, const struct error *err) {
    struct cluster_meter *meter = userdata;
    struct job_measurement *next = &meter->next;

    if (!end_call(meter, err)) return;
    next->heap_max_ratio =
        job_measurement_ratio(metrics_reply_value(reply, "Status.JVM.Memory.Heap.Used", "max"),
                              metrics_reply_value(reply, "Status.JVM.Memory.Heap.Max", "max"));
    next->threads = metrics_reply_value(reply, "Status.JVM.Threads.Count", "sum");
    next->gc_count = metrics_reply_value(reply, "Status.JVM.GarbageCollector.All.Count", "sum");
    next->gc_time_ms = metrics_reply_value(reply, "Status.JVM.GarbageCollector.All.Time", "sum");
    process_shares_measure(&meter->processes, meter->options.size, meter->options.read_process,
                           meter->options.userdata, next);
    next->consumer_lag = next->consumer_lag_max = MEASUREMENT_UNKNOWN;
    if (meter->options.lag != NULL) kafka_lag_put(meter->options.lag, next);
    next->number = meter->result.number + 1;
    meter->result = *next;
    meter->options.on_done(meter->options.userdata);
}

static void on_job_metrics(void *userdata, json_t *reply, const struct error *err) {
    struct cluster_meter *meter = userdata;
    struct job_measurement *next = &meter->next;

    if (!end_call(meter, err)) return;
    next->uptime_ms = metrics_reply_value(reply, "uptime", NULL);
    next->downtime_ms = metrics_reply_value(reply, "downtime", NULL);
    // Flink 2 has replaced fullRestarts by numRestarts.
    next->full_restarts = metrics_reply_value(reply, "fullRestarts", NULL);
    if (next->full_restarts < 0)
        next->full_restarts = metrics_reply_value(reply, "numRestarts", NULL);
    next->last_checkpoint_duration_ms = metrics_reply_value(reply, "lastCheckpointDuration", NULL);
    next->last_checkpoint_size_bytes = metrics_reply_value(reply, "lastCheckpointSize", NULL);
    next->failed_checkpoints = metrics_reply_value(reply, "numberOfFailedCheckpoints", NULL);
    next->completed_checkpoints = metrics_reply_value(reply, "numberOfCompletedCheckpoints", NULL);
    meter->call = flink_client_get(
        meter->options.client, FLINK_METRICS,
        "/taskmanagers/metrics?get=Status.JVM.Memory.Heap.Used,Status.JVM.Memory.Heap.Max,"
        "Status.JVM.Threads.Count,Status.JVM.GarbageCollector.All.Count,"
        "Status.JVM.GarbageCollector.All.Time",
        on_taskmanagers, meter);
}

// --- a vertex ---

static void end_vertex(struct cluster_meter *meter) {
    struct measured_vertex *out = &meter->next.vertices[meter->vertex];
    struct vertex_counters *now = &meter->readings[meter->vertex].now;

    now->read_us = clock_monotonic_us();
    out->records_in = now->in;
    out->records_out = now->out;
    meter->vertex++;
    ask_next_vertex(meter);
}

static void on_subtasks(void *userdata, json_t *reply, const struct error *err) {
    struct cluster_meter *meter = userdata;
    const struct flink_vertex *flink = &meter->topology.vertices[meter->vertex];
    struct vertex_counters *now = &meter->readings[meter->vertex].now;

    if (!end_call(meter, err)) return;
    int count = flink->parallelism < VERTEX_SUBTASKS_MAX ? flink->parallelism : VERTEX_SUBTASKS_MAX;
    metrics_reply_subtasks(reply, "accumulateBusyTimeMs", count, now->subtask_busy_ms);
    end_vertex(meter);
}

static void ask_of_subtasks(struct cluster_meter *meter) {
    int parallelism = meter->topology.vertices[meter->vertex].parallelism;
    AUTO(buffer_release) struct buffer rest = BUFFER_INIT(4000);

    (void)buffer_append_text(&rest, "/metrics?get=");
    for (int index = 0; index < parallelism && index < VERTEX_SUBTASKS_MAX; index++)
        (void)buffer_append_format(&rest, "%s%d.accumulateBusyTimeMs", index == 0 ? "" : ",",
                                   index);
    ask_of_vertex(meter, FLINK_METRICS, on_subtasks, buffer_text(&rest));
}

static void on_vertex(void *userdata, json_t *reply, const struct error *err) {
    struct cluster_meter *meter = userdata;
    const struct flink_vertex *flink = &meter->topology.vertices[meter->vertex];
    struct measured_vertex *out = &meter->next.vertices[meter->vertex];
    struct vertex_counters *now = &meter->readings[meter->vertex].now;

    if (!end_call(meter, err)) return;
    now->in = metrics_reply_value(reply, "numRecordsIn", "sum");
    now->out = metrics_reply_value(reply, "numRecordsOut", "sum");
    now->busy_ms = metrics_reply_value(reply, "accumulateBusyTimeMs", "sum");
    now->idle_ms = metrics_reply_value(reply, "accumulateIdleTimeMs", "sum");
    now->held_ms = metrics_reply_value(reply, "accumulateBackPressuredTimeMs", "sum");
    out->pending_records = metrics_reply_by_suffix(reply, "pendingRecords", "sum");
    out->records_lag_max = metrics_reply_by_suffix(reply, "records-lag-max", "max");
    out->millis_behind_latest = metrics_reply_by_suffix(reply, "millisBehindLatest", "max");
    if (flink->parallelism > 1)
        ask_of_subtasks(meter);
    else
        end_vertex(meter);
}

static void ask_of_counters(struct cluster_meter *meter) {
    AUTO(memory_free)
    char *rest = memory_format("/subtasks/metrics?get=numRecordsIn,numRecordsOut,"
                               "accumulateBusyTimeMs,accumulateIdleTimeMs,"
                               "accumulateBackPressuredTimeMs%s",
                               meter->backlog_ids[meter->vertex]);

    ask_of_vertex(meter, FLINK_METRICS, on_vertex, rest);
}

static void on_ids(void *userdata, json_t *reply, const struct error *err) {
    struct cluster_meter *meter = userdata;

    // With too many names in the answer, the ids that were found earlier are used.
    bool is_too_long = err != NULL && err->kind == ERROR_LIMIT;
    if (!end_call(meter, err) && !is_too_long) return;
    // Ids that do not fit are left out.
    if (!is_too_long)
        (void)metrics_reply_backlog_ids(reply, meter->backlog_ids[meter->vertex], IDS_SIZE);
    ask_of_counters(meter);
}

// A source registers its metrics as splits are assigned to it, and may get more splits later.
static bool wants_ids(const struct cluster_meter *meter) {
    return meter->result.number < LISTED_AT_FIRST || meter->result.number % LISTED_EVERY == 0;
}

static void ask_next_vertex(struct cluster_meter *meter) {
    if (meter->vertex == meter->topology.vertex_count) {
        vertex_rates_of_job(meter->readings, &meter->result, &meter->next);
        ask(meter, FLINK_METRICS, on_job_metrics,
            "/metrics?get=uptime,downtime,fullRestarts,numRestarts,lastCheckpointDuration,"
            "lastCheckpointSize,numberOfFailedCheckpoints,numberOfCompletedCheckpoints");
        return;
    }
    const struct flink_vertex *flink = &meter->topology.vertices[meter->vertex];
    struct measured_vertex *out = &meter->next.vertices[meter->vertex];
    (void)text_copy(out->name, sizeof out->name, flink->name);
    out->parallelism = flink->parallelism;
    out->is_source = flink->is_source;
    out->inputs = flink->inputs;
    if (flink->is_source && wants_ids(meter))
        ask_of_vertex(meter, FLINK_METRIC_NAMES, on_ids, "/subtasks/metrics");
    else
        ask_of_counters(meter);
}

// --- the beginning of a round ---

static void on_topology(void *userdata, json_t *reply, const struct error *err) {
    struct cluster_meter *meter = userdata;

    if (!end_call(meter, err) || !metrics_reply_topology(reply, &meter->topology, NULL)) return;
    meter->next = (struct job_measurement){.vertex_count = meter->topology.vertex_count,
                                           .max_parallelism = meter->topology.max_parallelism};
    meter->vertex = 0;
    ask_next_vertex(meter);
}

static void forget_job(struct cluster_meter *meter) {
    flink_call_free(TAKE(meter->call));
    memory_free(meter->readings);
    memory_free(meter->backlog_ids);
    meter->readings = memory_alloc(MEASURED_VERTICES_MAX * sizeof *meter->readings);
    meter->backlog_ids = memory_alloc(MEASURED_VERTICES_MAX * sizeof *meter->backlog_ids);
    meter->result = (struct job_measurement){0};
}

void cluster_meter_begin(struct cluster_meter *meter, const char *job_id) {
    if (!text_equal(meter->job_id, job_id)) {
        forget_job(meter);
        (void)text_copy(meter->job_id, sizeof meter->job_id, job_id);
    }
    if (meter->call != NULL) return;
    if (meter->options.lag != NULL) kafka_lag_begin(meter->options.lag);
    ask(meter, FLINK_JOB, on_topology, "");
}

// --- life ---

struct cluster_meter *cluster_meter_new(const struct cluster_meter_options *options) {
    struct cluster_meter *meter = memory_alloc(sizeof *meter);

    meter->options = *options;
    process_shares_init(&meter->processes, options->process_count);
    forget_job(meter);
    return meter;
}

void cluster_meter_free(struct cluster_meter *meter) {
    if (meter == NULL) return;
    flink_call_free(meter->call);
    memory_free(meter->readings);
    memory_free(meter->backlog_ids);
    process_shares_release(&meter->processes);
    memory_free(meter);
}
