#include "fakes/scaling_stream.h"

#include <stddef.h>

static const int SAMPLE_S = 10;
static const int64_t EPOCH_S = 1700000040; // the start of a minute

// --- random numbers: the same in each run ---

static double uniform(struct stream *stream) {
    stream->random ^= stream->random << 13;
    stream->random ^= stream->random >> 7;
    stream->random ^= stream->random << 17;
    return (double)(stream->random >> 11) / 9007199254740992.0;
}

// Around 1, nearly normal, never negative.
static double noisy(struct stream *stream, double deviation) {
    double sum = 0;
    for (int i = 0; i < 6; i++)
        sum += uniform(stream) - 0.5;
    double factor = 1 + sum * 1.4142 * deviation;
    return factor > 0 ? factor : 0;
}

static double load_factor(struct stream *stream) {
    // A drift that decays by 1/30 each second has this deviation in the long run.
    stream->drift = stream->drift * 29 / 30 + (noisy(stream, stream->load_wander * 0.256) - 1);
    double factor = noisy(stream, stream->load_noise) + stream->drift;
    return factor > 0 ? factor : 0;
}

// --- the job ---

static int vertex_slots(const struct stream_vertex *vertex, int parallelism) {
    return vertex->pinned > 0 ? vertex->pinned : parallelism;
}

// The capacity of one vertex, in records of the source. The slot of a hot key limits it.
static double vertex_capacity(const struct stream_vertex *vertex, int parallelism) {
    double share = 1.0 / vertex_slots(vertex, parallelism);
    if (vertex->hot_share > share) share = vertex->hot_share;
    return 1000 / (vertex->cost_ms * vertex->in_ratio * share);
}

double stream_capacity_per_s(const struct stream *stream, int parallelism) {
    double least = vertex_capacity(&stream->job.vertices[0], parallelism);
    for (int i = 1; i < stream->job.vertex_count; i++) {
        double capacity = vertex_capacity(&stream->job.vertices[i], parallelism);
        if (capacity < least) least = capacity;
    }
    return least;
}

int stream_sufficient(const struct stream *stream, double load_per_s) {
    int parallelism = 1;
    while (parallelism < 1000 &&
           stream_capacity_per_s(stream, parallelism) * stream->tuning.target_utilization <
               load_per_s)
        parallelism++;
    return parallelism;
}

static int bottleneck(const struct stream *stream, int parallelism) {
    int slowest = 0;
    for (int i = 1; i < stream->job.vertex_count; i++)
        if (vertex_capacity(&stream->job.vertices[i], parallelism) <
            vertex_capacity(&stream->job.vertices[slowest], parallelism))
            slowest = i;
    return slowest;
}

// --- what is measured ---

static double measured(struct stream *stream, double value) {
    return value * noisy(stream, stream->measure_noise);
}

static double at_most_one(double ratio) {
    return ratio < 1 ? ratio : 1;
}

static struct scaling_vertex measure_vertex(struct stream *stream, int index, double taken_per_s,
                                            bool warm) {
    const struct stream_job *job = &stream->job;
    const struct stream_vertex *vertex = &job->vertices[index];
    int parallelism = stream->limits.current_parallelism;
    double capacity = vertex_capacity(vertex, parallelism) * (warm ? 1 : 0.5);
    double out_ratio = index + 1 < job->vertex_count ? job->vertices[index + 1].in_ratio : 0;
    bool held_back = stream->backlog_records > 0 && index < bottleneck(stream, parallelism);
    double busy = at_most_one(measured(stream, taken_per_s / capacity));

    return (struct scaling_vertex){
        .parallelism = vertex_slots(vertex, parallelism),
        .is_source = index == 0,
        .inputs = index > 0 ? 1U << (index - 1) : 0,
        // Flink does not count the input of a source.
        .records_in_per_s = index > 0 ? measured(stream, taken_per_s * vertex->in_ratio) : 0,
        .records_out_per_s = measured(stream, taken_per_s * out_ratio),
        .busy_ratio = index == 0 && job->has_legacy_source ? -1 : busy,
        .backpressured_ratio = held_back ? 1 - busy : 0,
        .backlog_records = index > 0 || job->hides_backlog ? -1 : stream->backlog_records,
    };
}

static void take_sample(struct stream *stream, bool warm) {
    double taken_per_s = stream->measured_load / stream->measured_s;
    double capacity = stream_capacity_per_s(stream, stream->limits.current_parallelism);
    struct scaling_sample sample = {
        .at_ms = (EPOCH_S + stream->now_s) * 1000,
        .vertex_count = stream->job.vertex_count,
        .cpu_max_ratio =
            at_most_one(measured(stream, taken_per_s / capacity)) * stream->job.cpu_share,
    };

    for (int i = 0; i < stream->job.vertex_count; i++)
        sample.vertices[i] = measure_vertex(stream, i, taken_per_s, warm);
    scaling_window_add(&stream->window, &sample);
    stream->measured_load = 0;
    stream->measured_s = 0;
}

// --- the autoscaler ---

static void decide(struct stream *stream) {
    struct scaling_input input = {
        .policy = stream->policy,
        .now_ms = (EPOCH_S + stream->now_s) * 1000,
        .limits = stream->limits,
        .last_move = stream->last_move,
        .window = &stream->window,
    };

    stream->decision = autoscaler_decide(&input, &stream->tuning);
    if (!stream->decision.moves) return;
    stream->next_parallelism = stream->decision.wanted_parallelism;
    stream->up_at_s = stream->now_s + stream->gap_s;
    if (stream->next_parallelism > stream->limits.current_parallelism)
        stream->ups++;
    else
        stream->downs++;
}

static void end_move(struct stream *stream) {
    stream->last_move = (struct scaling_last_move){
        .ended_at_ms = (EPOCH_S + stream->now_s) * 1000,
        .from_parallelism = stream->limits.current_parallelism,
        .to_parallelism = stream->next_parallelism,
        .capacity_before_per_s = stream->decision.capacity_per_s,
    };
    stream->limits.current_parallelism = stream->next_parallelism;
    stream->next_parallelism = 0;
    stream->measured_load = 0;
    stream->measured_s = 0;
}

// --- time ---

void stream_second(struct stream *stream) {
    double arriving = stream->load_per_s((double)stream->now_s);
    double waiting = stream->backlog_records + arriving * load_factor(stream);
    bool warm = stream->now_s >= stream->up_at_s + stream->cold_s;
    double taken = 0;

    if (stream->next_parallelism == 0)
        taken =
            stream_capacity_per_s(stream, stream->limits.current_parallelism) * (warm ? 1 : 0.5);
    if (taken > waiting) taken = waiting;
    stream->backlog_records = waiting - taken;
    if (stream->backlog_records > arriving * 10) stream->lagged_s++;
    stream->now_s++;

    if (stream->next_parallelism != 0) {
        if (stream->now_s >= stream->up_at_s) end_move(stream);
        return;
    }
    stream->measured_load += taken;
    stream->measured_s++;
    if (stream->now_s % SAMPLE_S != 0) return;
    take_sample(stream, warm);
    decide(stream);
}

void stream_run(struct stream *stream, int64_t until_s) {
    while (stream->now_s < until_s)
        stream_second(stream);
}

int stream_moves(const struct stream *stream) {
    return stream->ups + stream->downs;
}

void stream_begin(struct stream *stream, enum scaling_policy policy, const struct stream_job *job,
                  int parallelism, double (*load_per_s)(double at_s)) {
    *stream = (struct stream){
        .job = *job,
        .policy = policy,
        .tuning = scaling_tuning_default(),
        .limits = {.enabled = true,
                   .parallelism = 1,
                   .parallelism_per_kpu = 1,
                   .kpu_limit = 64,
                   .current_parallelism = parallelism,
                   .max_parallelism = 128},
        .load_per_s = load_per_s,
        .load_noise = 0.10,
        .load_wander = 0.03,
        .measure_noise = 0.03,
        .gap_s = 5,
        .cold_s = 20,
        .random = 0x9e3779b97f4a7c15,
        .last_move = {.ended_at_ms = EPOCH_S * 1000},
    };
}
