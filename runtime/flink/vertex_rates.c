#include "runtime/flink/vertex_rates.h"

// kobel configures one collection a second (metrics.fetcher.update-interval).
static const double COLLECTED_EVERY_MS = 1000;

static double since(double now, double last) {
    return now >= 0 && last >= 0 && now >= last ? now - last : MEASUREMENT_UNKNOWN;
}

double vertex_passed_ms(const struct vertex_counters *now, const struct vertex_counters *last,
                        int parallelism) {
    double busy = since(now->busy_ms, last->busy_ms);
    double idle = since(now->idle_ms, last->idle_ms);
    double held = since(now->held_ms, last->held_ms);

    if (busy < 0 || idle < 0 || held < 0) return MEASUREMENT_UNKNOWN;
    return (busy + idle + held) / parallelism;
}

double vertex_passed_besides_ms(const struct vertex_counters *now,
                                const struct vertex_counters *last, double others_ms) {
    double between_ms = (double)(now->read_us - last->read_us) / 1000;
    bool has_moved = since(now->out, last->out) > 0 || since(now->in, last->in) > 0 ||
                     since(now->held_ms, last->held_ms) > 0;

    // It does report its time, and the counters were reset: the job was restarted.
    if (now->busy_ms >= 0) return MEASUREMENT_UNKNOWN;
    if (others_ms >= 0) return others_ms;
    return has_moved || between_ms > 2 * COLLECTED_EVERY_MS ? between_ms : 0;
}

// With a parallelism of 1 it is that of the vertex.
static double busiest_ms(const struct vertex_counters *now, const struct vertex_counters *last,
                         int parallelism) {
    double most = MEASUREMENT_UNKNOWN;

    if (parallelism == 1) return since(now->busy_ms, last->busy_ms);
    for (int index = 0; index < parallelism && index < VERTEX_SUBTASKS_MAX; index++) {
        double busy = since(now->subtask_busy_ms[index], last->subtask_busy_ms[index]);
        if (busy > most) most = busy;
    }
    return most;
}

static void set_unknown(struct measured_vertex *out) {
    out->records_in_per_s = out->records_out_per_s = MEASUREMENT_UNKNOWN;
    out->busiest_ratio = out->busy_ratio = MEASUREMENT_UNKNOWN;
    out->backpressured_ratio = out->idle_ratio = MEASUREMENT_UNKNOWN;
}

static void copy_rates(const struct measured_vertex *from, struct measured_vertex *out) {
    out->records_in_per_s = from->records_in_per_s;
    out->records_out_per_s = from->records_out_per_s;
    out->busiest_ratio = from->busiest_ratio;
    out->busy_ratio = from->busy_ratio;
    out->backpressured_ratio = from->backpressured_ratio;
    out->idle_ratio = from->idle_ratio;
}

void vertex_rates(const struct vertex_counters *now, const struct vertex_counters *last,
                  int parallelism, double passed_ms, struct measured_vertex *out) {
    double in = since(now->in, last->in);
    double sent = since(now->out, last->out);
    double whole_ms = passed_ms * parallelism;

    set_unknown(out);
    if (in >= 0) out->records_in_per_s = in * 1000 / passed_ms;
    if (sent >= 0) out->records_out_per_s = sent * 1000 / passed_ms;
    out->busy_ratio = job_measurement_ratio(since(now->busy_ms, last->busy_ms), whole_ms);
    out->idle_ratio = job_measurement_ratio(since(now->idle_ms, last->idle_ms), whole_ms);
    out->backpressured_ratio = job_measurement_ratio(since(now->held_ms, last->held_ms), whole_ms);
    out->busiest_ratio = job_measurement_ratio(busiest_ms(now, last, parallelism), passed_ms);
}

// --- all vertices ---

// The longest time that a vertex reports since the last reading.
static double longest_passed_ms(const struct vertex_readings *readings,
                                const struct job_measurement *next) {
    double longest = MEASUREMENT_UNKNOWN;

    for (int index = 0; index < next->vertex_count; index++) {
        const struct vertex_readings *vertex = &readings[index];
        if (!vertex->last.is_known) continue;
        double passed_ms =
            vertex_passed_ms(&vertex->now, &vertex->last, next->vertices[index].parallelism);
        if (passed_ms > longest) longest = passed_ms;
    }
    return longest;
}

static void update_vertex(struct vertex_readings *readings, double others_ms,
                          const struct measured_vertex *before, struct measured_vertex *out) {
    double passed_ms = MEASUREMENT_UNKNOWN;

    set_unknown(out);
    if (readings->last.is_known) {
        passed_ms = vertex_passed_ms(&readings->now, &readings->last, out->parallelism);
        if (passed_ms < 0)
            passed_ms = vertex_passed_besides_ms(&readings->now, &readings->last, others_ms);
    }
    if (passed_ms == 0) {
        copy_rates(before, out);
        return;
    }
    if (passed_ms > 0)
        vertex_rates(&readings->now, &readings->last, out->parallelism, passed_ms, out);
    readings->last = readings->now;
    readings->last.is_known = true;
}

void vertex_rates_of_job(struct vertex_readings *readings, const struct job_measurement *before,
                         struct job_measurement *next) {
    double others_ms = longest_passed_ms(readings, next);

    for (int index = 0; index < next->vertex_count; index++)
        update_vertex(&readings[index], others_ms, &before->vertices[index],
                      &next->vertices[index]);
}
