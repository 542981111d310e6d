#include "runtime/flink/vertex_rates.h"

// Flink is told to collect once a second (metrics.fetcher.update-interval).
static const double COLLECTED_EVERY_MS = 1000;

static double ratio(double part, double whole) {
    if (!(part >= 0) || !(whole > 0)) return MEASUREMENT_UNKNOWN;
    return part < whole ? part / whole : 1;
}

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

    // It does measure, and began anew: the job was restarted.
    if (now->busy_ms >= 0) return MEASUREMENT_UNKNOWN;
    if (others_ms >= 0) return others_ms;
    return has_moved || between_ms > 2 * COLLECTED_EVERY_MS ? between_ms : 0;
}

// Of a vertex that is not parallel it is the one of all.
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

void vertex_rates_unknown(struct measured_vertex *out) {
    out->records_in_per_s = out->records_out_per_s = MEASUREMENT_UNKNOWN;
    out->busiest_ratio = out->busy_ratio = MEASUREMENT_UNKNOWN;
    out->backpressured_ratio = out->idle_ratio = MEASUREMENT_UNKNOWN;
}

void vertex_rates_copy(const struct measured_vertex *from, struct measured_vertex *out) {
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

    vertex_rates_unknown(out);
    if (in >= 0) out->records_in_per_s = in * 1000 / passed_ms;
    if (sent >= 0) out->records_out_per_s = sent * 1000 / passed_ms;
    out->busy_ratio = ratio(since(now->busy_ms, last->busy_ms), whole_ms);
    out->idle_ratio = ratio(since(now->idle_ms, last->idle_ms), whole_ms);
    out->backpressured_ratio = ratio(since(now->held_ms, last->held_ms), whole_ms);
    out->busiest_ratio = ratio(busiest_ms(now, last, parallelism), passed_ms);
}
