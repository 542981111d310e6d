#include "runtime/flink/cluster_meter.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/app.h"
#include "runtime/flink/metrics_reply.h"
#include "runtime/flink/vertex_rates.h"

// Flink refuses a request line of more than 4096 bytes; "<subtask>.accumulateBusyTimeMs," has 25.
enum { IDS_SIZE = 2048 };
enum { LISTED_AT_FIRST = 12, LISTED_EVERY = 30 }; // rounds in which a source's ids are asked for

struct meter_vertex {
    char backlog_ids[IDS_SIZE];  // of a source, "" = none
    struct vertex_counters last; // of the round before, of which this one's are subtracted
    struct vertex_counters now;
};

struct cluster_meter {
    struct cluster_meter_options options;
    struct flink_call *call;
    char job_id[APP_JOB_ID_SIZE];
    struct flink_topology topology;
    struct meter_vertex *vertices; // MEASURED_VERTICES_MAX of them
    int vertex;                    // that is being asked about
    int64_t last_us;               // of the processes
    int64_t *last_cpu_ms;          // of each
    struct job_measurement next;   // being filled
    struct job_measurement result;
};

const struct job_measurement *cluster_meter_result(const struct cluster_meter *meter) {
    return &meter->result;
}

// --- asking ---

static void ask_next_vertex(struct cluster_meter *meter);

static bool take(struct cluster_meter *meter, const struct error *err) {
    flink_call_free(TAKE(meter->call));
    // The job is over, or its cluster is about to be: the next round will tell.
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

// --- processes ---

static double ratio(double part, double whole) {
    if (!(part >= 0) || !(whole > 0)) return MEASUREMENT_UNKNOWN;
    return part < whole ? part / whole : 1;
}

// The JobManager is looked at for its memory only: the service's processor figure is that of the
// TaskManagers' containers (facts/flink.md 7.3).
static void measure_processes(struct cluster_meter *meter) {
    const struct cluster_size *size = meter->options.size;
    struct job_measurement *next = &meter->next;
    int64_t now_us = clock_monotonic_us();
    double passed_ms = meter->last_us == 0 ? -1 : (double)(now_us - meter->last_us) / 1000;
    double promised = (double)cluster_size_taskmanager_bytes(size);
    double sum = 0;
    int counted = 0;

    next->cpu_max_ratio = next->memory_max_ratio = MEASUREMENT_UNKNOWN;
    for (int index = 0; index < meter->options.process_count; index++) {
        struct cluster_process_usage usage;
        if (!meter->options.read_process(meter->options.userdata, index, &usage)) continue;
        next->memory_bytes += usage.memory_bytes;
        next->cpu_seconds += (double)usage.cpu_ms / 1000;
        double used_ms = (double)(usage.cpu_ms - meter->last_cpu_ms[index]);
        meter->last_cpu_ms[index] = usage.cpu_ms;
        if (index == 0) continue;
        double cpu = ratio(used_ms, passed_ms * size->taskmanager.cpu_cores);
        double memory = ratio(usage.memory_bytes, promised);
        if (cpu > next->cpu_max_ratio) next->cpu_max_ratio = cpu;
        if (memory > next->memory_max_ratio) next->memory_max_ratio = memory;
        if (cpu >= 0) sum += cpu;
        if (cpu >= 0) counted++;
    }
    next->cpu_mean_ratio = counted > 0 ? sum / counted : MEASUREMENT_UNKNOWN;
    meter->last_us = now_us;
}

// --- the end of a round ---

static void on_taskmanagers(void *userdata, json_t *reply, const struct error *err) {
    struct cluster_meter *meter = userdata;
    struct job_measurement *next = &meter->next;

    if (!take(meter, err)) return;
    next->heap_max_ratio = ratio(metrics_reply_value(reply, "Status.JVM.Memory.Heap.Used", "max"),
                                 metrics_reply_value(reply, "Status.JVM.Memory.Heap.Max", "max"));
    next->threads = metrics_reply_value(reply, "Status.JVM.Threads.Count", "sum");
    next->gc_count = metrics_reply_value(reply, "Status.JVM.GarbageCollector.All.Count", "sum");
    next->gc_time_ms = metrics_reply_value(reply, "Status.JVM.GarbageCollector.All.Time", "sum");
    measure_processes(meter);
    next->consumer_lag = next->consumer_lag_max = MEASUREMENT_UNKNOWN;
    if (meter->options.lag != NULL) kafka_lag_put(meter->options.lag, next);
    next->number = meter->result.number + 1;
    meter->result = *next;
    meter->options.on_done(meter->options.userdata);
}

static void on_job_metrics(void *userdata, json_t *reply, const struct error *err) {
    struct cluster_meter *meter = userdata;
    struct job_measurement *next = &meter->next;

    if (!take(meter, err)) return;
    next->uptime_ms = metrics_reply_value(reply, "uptime", NULL);
    next->downtime_ms = metrics_reply_value(reply, "downtime", NULL);
    // The one that Flink 2 has no more, and the one that it has instead.
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

// The most of what the vertices say has passed since the round before.
static double others_passed_ms(const struct cluster_meter *meter) {
    double most = MEASUREMENT_UNKNOWN;

    for (int index = 0; index < meter->topology.vertex_count; index++) {
        const struct meter_vertex *vertex = &meter->vertices[index];
        int parallelism = meter->topology.vertices[index].parallelism;
        if (!vertex->last.is_known) continue;
        double passed_ms = vertex_passed_ms(&vertex->now, &vertex->last, parallelism);
        if (passed_ms > most) most = passed_ms;
    }
    return most;
}

// Where Flink has not collected since, what held then is all that is known.
static void conclude_vertex(struct cluster_meter *meter, int index, double others_ms) {
    struct meter_vertex *vertex = &meter->vertices[index];
    struct measured_vertex *out = &meter->next.vertices[index];
    int parallelism = meter->topology.vertices[index].parallelism;
    double passed_ms = MEASUREMENT_UNKNOWN;

    vertex_rates_unknown(out);
    if (vertex->last.is_known) {
        passed_ms = vertex_passed_ms(&vertex->now, &vertex->last, parallelism);
        if (passed_ms < 0)
            passed_ms = vertex_passed_besides_ms(&vertex->now, &vertex->last, others_ms);
    }
    if (passed_ms == 0) {
        vertex_rates_copy(&meter->result.vertices[index], out);
        return;
    }
    if (passed_ms > 0) vertex_rates(&vertex->now, &vertex->last, parallelism, passed_ms, out);
    vertex->last = vertex->now;
    vertex->last.is_known = true;
}

static void conclude_vertices(struct cluster_meter *meter) {
    double others_ms = others_passed_ms(meter);

    for (int index = 0; index < meter->topology.vertex_count; index++)
        conclude_vertex(meter, index, others_ms);
}

static void end_vertex(struct cluster_meter *meter) {
    struct measured_vertex *out = &meter->next.vertices[meter->vertex];
    struct meter_vertex *vertex = &meter->vertices[meter->vertex];

    vertex->now.read_us = clock_monotonic_us();
    out->records_in = vertex->now.in;
    out->records_out = vertex->now.out;
    meter->vertex++;
    ask_next_vertex(meter);
}

static void on_subtasks(void *userdata, json_t *reply, const struct error *err) {
    struct cluster_meter *meter = userdata;
    const struct flink_vertex *flink = &meter->topology.vertices[meter->vertex];
    struct vertex_counters *now = &meter->vertices[meter->vertex].now;

    if (!take(meter, err)) return;
    int told = flink->parallelism < VERTEX_SUBTASKS_MAX ? flink->parallelism : VERTEX_SUBTASKS_MAX;
    metrics_reply_subtasks(reply, "accumulateBusyTimeMs", told, now->subtask_busy_ms);
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
    struct vertex_counters *now = &meter->vertices[meter->vertex].now;

    if (!take(meter, err)) return;
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
                               meter->vertices[meter->vertex].backlog_ids);

    ask_of_vertex(meter, FLINK_METRICS, on_vertex, rest);
}

static void on_ids(void *userdata, json_t *reply, const struct error *err) {
    struct cluster_meter *meter = userdata;
    struct meter_vertex *vertex = &meter->vertices[meter->vertex];

    // More names than are read: what was found before is asked for.
    bool is_too_long = err != NULL && err->kind == ERROR_LIMIT;
    if (!take(meter, err) && !is_too_long) return;
    // What does not fit is not asked for.
    if (!is_too_long)
        (void)metrics_reply_backlog_ids(reply, vertex->backlog_ids, sizeof vertex->backlog_ids);
    ask_of_counters(meter);
}

// A source registers its figures one by one as its splits are assigned, and may be given more of
// them later.
static bool wants_ids(const struct cluster_meter *meter) {
    return meter->result.number < LISTED_AT_FIRST || meter->result.number % LISTED_EVERY == 0;
}

static void ask_next_vertex(struct cluster_meter *meter) {
    if (meter->vertex == meter->topology.vertex_count) {
        conclude_vertices(meter);
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
    struct error unreadable;

    if (!take(meter, err)) return;
    if (!metrics_reply_topology(reply, &meter->topology, &unreadable)) return;
    meter->next = (struct job_measurement){.vertex_count = meter->topology.vertex_count,
                                           .max_parallelism = meter->topology.max_parallelism};
    meter->vertex = 0;
    ask_next_vertex(meter);
}

static void forget(struct cluster_meter *meter) {
    flink_call_free(TAKE(meter->call));
    memory_free(meter->vertices);
    meter->vertices = memory_alloc(MEASURED_VERTICES_MAX * sizeof *meter->vertices);
    meter->result = (struct job_measurement){0};
}

void cluster_meter_begin(struct cluster_meter *meter, const char *job_id) {
    if (!text_equal(meter->job_id, job_id)) {
        forget(meter);
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
    meter->last_cpu_ms = memory_alloc((size_t)options->process_count * sizeof *meter->last_cpu_ms);
    return meter;
}

void cluster_meter_free(struct cluster_meter *meter) {
    if (meter == NULL) return;
    flink_call_free(meter->call);
    memory_free(meter->vertices);
    memory_free(meter->last_cpu_ms);
    memory_free(meter);
}
