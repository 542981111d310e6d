#include "runtime/kafka/kafka_offsets.h"

#include <stddef.h>

struct kafka_lag_figures kafka_lag_of(const struct kafka_partition *partitions, int count) {
    struct kafka_lag_figures lag = {MEASUREMENT_UNKNOWN, MEASUREMENT_UNKNOWN};

    for (int index = 0; index < count; index++) {
        const struct kafka_partition *partition = &partitions[index];
        if (partition->committed < 0 || partition->end < 0) continue;
        // A topic that was deleted and created again ends before the committed offset.
        double behind = partition->end > partition->committed
                            ? (double)(partition->end - partition->committed)
                            : 0;
        struct kafka_lag_figures one = {behind, behind};
        kafka_lag_add(&lag, &one);
    }
    return lag;
}

void kafka_lag_add(struct kafka_lag_figures *sum, const struct kafka_lag_figures *more) {
    if (more->records < 0) return;
    sum->records = sum->records < 0 ? more->records : sum->records + more->records;
    if (more->records_max > sum->records_max) sum->records_max = more->records_max;
}

static struct measured_vertex *only_source(struct job_measurement *measurement) {
    struct measured_vertex *source = NULL;

    for (int index = 0; index < measurement->vertex_count; index++) {
        if (!measurement->vertices[index].is_source) continue;
        if (source != NULL) return NULL;
        source = &measurement->vertices[index];
    }
    return source;
}

void kafka_lag_join(const struct kafka_lag_figures *lag, struct job_measurement *measurement) {
    struct measured_vertex *source = only_source(measurement);

    measurement->consumer_lag = lag->records;
    measurement->consumer_lag_max = lag->records_max;
    if (lag->records < 0 || source == NULL) return;
    if (source->pending_records < 0) source->pending_records = lag->records;
    if (source->records_lag_max < 0) source->records_lag_max = lag->records_max;
}
