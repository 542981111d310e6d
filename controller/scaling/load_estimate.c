#include "controller/scaling/load_estimate.h"

#include <stddef.h>

// A vertex's means over the stretch.
struct vertex_mean {
    int parallelism;
    bool is_source;
    uint32_t inputs;
    double in_per_s; // of a source that does not count what it takes in: what it sends
    double out_per_s;
    double busy_ratio; // -1: not measured
    double backpressured_ratio;
    double backlog_first; // -1: not known
    double backlog_last;
};

struct stretch {
    int samples;
    int64_t first_ms;
    int64_t last_ms;
    int vertex_count;
    struct vertex_mean vertices[SCALING_VERTICES_MAX];
};

// By what factor the input of a vertex would grow if all vertices before it kept up.
struct growth {
    double steady;   // with what arrives
    double catch_up; // with what arrives and the backlog
};

static double higher(double left, double right) {
    return left > right ? left : right;
}

static double lower(double left, double right) {
    return left < right ? left : right;
}

// --- means ---

// Flink reports NaN for what it does not measure, and NaN would spread to every sum.
static double measured(double value, double otherwise) {
    return value >= 0 && value < 1e15 ? value : otherwise;
}

static void add_vertex(struct vertex_mean *mean, const struct scaling_vertex *vertex,
                       bool is_newest) {
    double in_per_s = measured(vertex->records_in_per_s, 0);
    double out_per_s = measured(vertex->records_out_per_s, 0);
    double busy_ratio = measured(vertex->busy_ratio, -1);
    double backlog = measured(vertex->backlog_records, -1);

    if (is_newest) {
        *mean = (struct vertex_mean){.parallelism = vertex->parallelism,
                                     .is_source = vertex->is_source,
                                     .inputs = vertex->inputs,
                                     .backlog_last = backlog};
    }
    mean->in_per_s += vertex->is_source && in_per_s <= 0 ? out_per_s : in_per_s;
    mean->out_per_s += out_per_s;
    mean->backpressured_ratio += measured(vertex->backpressured_ratio, 0);
    mean->backlog_first = backlog;
    if (busy_ratio < 0 || mean->busy_ratio < 0)
        mean->busy_ratio = -1;
    else
        mean->busy_ratio += busy_ratio;
}

static void divide_vertex(struct vertex_mean *mean, int samples) {
    mean->in_per_s /= samples;
    mean->out_per_s /= samples;
    mean->backpressured_ratio /= samples;
    if (mean->busy_ratio > 0) mean->busy_ratio /= samples;
}

static struct stretch stretch_of(const struct scaling_window *window, int64_t from_ms,
                                 int64_t to_ms) {
    struct stretch stretch = {0};
    const struct scaling_sample *sample;

    for (int age = 0; (sample = scaling_window_sample(window, age)) != NULL; age++) {
        if (sample->at_ms > to_ms) continue;
        if (sample->at_ms <= from_ms) break;
        if (stretch.samples == 0) {
            stretch.vertex_count = sample->vertex_count;
            stretch.last_ms = sample->at_ms;
        }
        if (sample->vertex_count != stretch.vertex_count) break; // of another job
        for (int index = 0; index < stretch.vertex_count; index++)
            add_vertex(&stretch.vertices[index], &sample->vertices[index], stretch.samples == 0);
        stretch.first_ms = sample->at_ms;
        stretch.samples++;
    }
    for (int index = 0; index < stretch.vertex_count; index++)
        divide_vertex(&stretch.vertices[index], stretch.samples);
    return stretch;
}

// --- the sources' demand ---

static bool knows_backlog(const struct vertex_mean *source) {
    return source->backlog_first >= 0 && source->backlog_last >= 0;
}

// What arrives is what is taken in, and what the backlog grows by. Where the backlog is not known,
// a source under back pressure would send more by an unknown factor: it is assumed to need all its
// time, up to blind_factor.
static double arrival_per_s(const struct stretch *stretch, const struct vertex_mean *source,
                            const struct scaling_tuning *tuning) {
    if (!knows_backlog(source)) {
        double free_ratio = 1 - lower(source->backpressured_ratio, 1);
        return source->in_per_s / higher(free_ratio, 1 / tuning->blind_factor);
    }
    int64_t span_ms = stretch->last_ms - stretch->first_ms;
    if (span_ms <= 0) return source->in_per_s;
    double growth = (source->backlog_last - source->backlog_first) * 1000 / (double)span_ms;
    return higher(source->in_per_s + growth, 0);
}

// Adds a source to the estimate, and returns the growth of its input.
static struct growth add_source(const struct stretch *stretch, const struct vertex_mean *source,
                                const struct scaling_tuning *tuning,
                                struct load_estimate *estimate) {
    double arrival = arrival_per_s(stretch, source, tuning);
    double backlog = knows_backlog(source) ? source->backlog_last : 0;
    // What arrives during the move is backlog after it.
    double waiting = backlog + arrival * (double)tuning->restart_ms / 1000;
    double total = arrival + (backlog > 0 ? waiting * 1000 / (double)tuning->catch_up_ms : 0);

    if (!knows_backlog(source)) estimate->backlog_known = false;
    estimate->demand_per_s += arrival;
    estimate->backlog_records += backlog;
    if (source->in_per_s <= 0) return (struct growth){1, 1};
    return (struct growth){arrival / source->in_per_s, total / source->in_per_s};
}

// --- down the graph ---

// The growth of the inputs of a vertex, weighted by what each sends. The rates behind a vertex,
// which are measured, grow by the same factor as its input.
static struct growth mean_growth(const struct stretch *stretch, const struct growth *growth,
                                 uint32_t inputs, int before) {
    struct growth sum = {0};
    double weight = 0;

    for (int index = 0; index < before; index++) {
        if ((inputs >> index & 1) == 0) continue;
        double out = stretch->vertices[index].out_per_s;
        sum.steady += growth[index].steady * out;
        sum.catch_up += growth[index].catch_up * out;
        weight += out;
    }
    if (weight <= 0) return (struct growth){1, 1};
    return (struct growth){sum.steady / weight, sum.catch_up / weight};
}

static void propagate(const struct stretch *stretch, const struct scaling_tuning *tuning,
                      struct growth *growth, struct load_estimate *estimate) {
    uint32_t sources = 0;

    for (int index = 0; index < stretch->vertex_count; index++) {
        if (!stretch->vertices[index].is_source) continue;
        growth[index] = add_source(stretch, &stretch->vertices[index], tuning, estimate);
        sources |= 1U << index;
    }
    for (int index = 0; index < stretch->vertex_count; index++) {
        const struct vertex_mean *vertex = &stretch->vertices[index];
        if (vertex->is_source) continue;
        // Where no edge is known, a vertex grows like all sources together.
        bool knows_edges = vertex->inputs != 0;
        growth[index] = mean_growth(stretch, growth, knows_edges ? vertex->inputs : sources,
                                    knows_edges ? index : stretch->vertex_count);
    }
}

// --- the judgement ---

// A vertex processes rate/busy records in a second of work, and rate x growth are needed: so its
// utilization is busy x growth, whatever slowed it down while it was measured.
static void judge_pinned(const struct stretch *stretch, const struct growth *growth,
                         int job_parallelism, struct load_estimate *estimate) {
    for (int index = 0; index < stretch->vertex_count; index++) {
        const struct vertex_mean *vertex = &stretch->vertices[index];
        double utilization = vertex->busy_ratio * growth[index].steady;
        double catch_up = vertex->busy_ratio * growth[index].catch_up;
        if (vertex->parallelism == job_parallelism) continue;
        estimate->pinned_catch_up_utilization =
            higher(estimate->pinned_catch_up_utilization, catch_up);
        if (utilization <= estimate->pinned_utilization) continue;
        estimate->pinned_utilization = utilization;
        estimate->pinned_vertex = index;
    }
}

static void judge_scalable(const struct stretch *stretch, const struct growth *growth,
                           int job_parallelism, const struct scaling_tuning *tuning,
                           struct load_estimate *estimate) {
    // A pinned vertex limits what reaches the others.
    double passed = 1 / higher(estimate->pinned_utilization, 1);
    double passed_catching_up = 1 / higher(estimate->pinned_catch_up_utilization, 1);

    for (int index = 0; index < stretch->vertex_count; index++) {
        const struct vertex_mean *vertex = &stretch->vertices[index];
        if (vertex->parallelism != job_parallelism || vertex->busy_ratio < 0) continue;
        double steady = vertex->busy_ratio * growth[index].steady * passed;
        double catch_up = vertex->busy_ratio * growth[index].catch_up * passed_catching_up;
        double slots = vertex->parallelism * higher(steady / tuning->target_utilization,
                                                    catch_up / tuning->catch_up_utilization);
        estimate->slots_needed = higher(estimate->slots_needed, slots);
        estimate->catch_up_utilization = higher(estimate->catch_up_utilization, catch_up);
        if (estimate->busiest_vertex >= 0 && steady <= estimate->utilization) continue;
        estimate->utilization = steady;
        estimate->busiest_vertex = index;
    }
}

struct load_estimate load_estimate_over(const struct scaling_input *input,
                                        const struct scaling_tuning *tuning, int64_t from_ms,
                                        int64_t to_ms) {
    struct load_estimate estimate = {
        .backlog_known = true, .busiest_vertex = -1, .pinned_vertex = -1};
    struct growth growth[SCALING_VERTICES_MAX] = {0};
    struct stretch stretch = stretch_of(input->window, from_ms, to_ms);
    int job_parallelism = input->limits.current_parallelism;

    if (stretch.samples < tuning->span_samples_min) return estimate;
    propagate(&stretch, tuning, growth, &estimate);
    judge_pinned(&stretch, growth, job_parallelism, &estimate);
    judge_scalable(&stretch, growth, job_parallelism, tuning, &estimate);

    double limit = higher(estimate.utilization, estimate.pinned_utilization);
    if (limit > 0) estimate.capacity_per_s = estimate.demand_per_s / limit;
    if (estimate.demand_per_s > 0)
        estimate.lag_ms = (int64_t)(estimate.backlog_records * 1000 / estimate.demand_per_s);
    estimate.known = estimate.busiest_vertex >= 0;
    estimate.lacks_busy_time = !estimate.known && stretch.vertex_count > 0;
    return estimate;
}
