#include "controller/scaling/scaling_sample.h"

static bool is_complete(const struct measured_vertex *vertex) {
    return vertex->records_in_per_s >= 0 && vertex->records_out_per_s >= 0;
}

// Buffers behind a source hold thousands of small records. A source under back pressure sends
// nothing for seconds, and then fills a buffer: its own rate says little. So its rate is what the
// vertices behind it take in, and what lies between counts as backlog. Only where all vertices that
// it feeds have no other input.
static void correct_source(const struct job_measurement *measurement, int source, double scale,
                           struct scaling_vertex *out) {
    double taken = 0;
    double taken_per_s = 0;
    bool feeds_any = false;

    for (int index = source + 1; index < measurement->vertex_count; index++) {
        const struct measured_vertex *vertex = &measurement->vertices[index];
        if ((vertex->inputs >> source & 1) == 0) continue;
        if (vertex->inputs != (uint32_t)1 << source) return;
        feeds_any = true;
        taken += vertex->records_in;
        taken_per_s += vertex->records_in_per_s;
    }
    if (!feeds_any) return;
    double between = measurement->vertices[source].records_out - taken;
    out->records_out_per_s = taken_per_s / scale;
    if (out->backlog_records >= 0 && between > 0) out->backlog_records += between;
}

struct scaling_sample scaling_sample_of(const struct job_measurement *measurement, double scale,
                                        int64_t now_ms) {
    struct scaling_sample sample = {.at_ms = now_ms, .cpu_max_ratio = measurement->cpu_max_ratio};

    for (int index = 0; index < measurement->vertex_count; index++) {
        const struct measured_vertex *vertex = &measurement->vertices[index];
        // A vertex without rates would look idle: then the sample has no vertices.
        if (!is_complete(vertex)) return sample;
        sample.vertices[index] = (struct scaling_vertex){
            .parallelism = vertex->parallelism,
            .is_source = vertex->is_source,
            .inputs = vertex->inputs,
            .records_in_per_s = vertex->records_in_per_s / scale,
            .records_out_per_s = vertex->records_out_per_s / scale,
            .busy_ratio = vertex->busiest_ratio,
            .backpressured_ratio = vertex->backpressured_ratio,
            .backlog_records = vertex->pending_records,
        };
    }
    for (int index = 0; index < measurement->vertex_count; index++)
        if (measurement->vertices[index].is_source)
            correct_source(measurement, index, scale, &sample.vertices[index]);
    sample.vertex_count = measurement->vertex_count;
    return sample;
}
