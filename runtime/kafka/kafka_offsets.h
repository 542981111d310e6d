// The lag of a consumer group: ends of the partitions minus committed offsets. Pure.
#pragma once

#include "runtime/job_measurement.h"

#define KAFKA_OFFSET_UNKNOWN (-1)

struct kafka_partition {
    int32_t number;
    int64_t committed; // the next record of the group; KAFKA_OFFSET_UNKNOWN = none committed
    int64_t end;       // of the partition; KAFKA_OFFSET_UNKNOWN = no answer yet
};

struct kafka_lag_figures {
    double records; // MEASUREMENT_UNKNOWN: nothing was committed
    double records_max;
};

// A partition without a committed offset is ignored: only the job knows where it began to read, and
// Flink commits offsets only with a checkpoint.
struct kafka_lag_figures kafka_lag_of(const struct kafka_partition *partitions, int count);
// Adds the lag of another topic; unknown figures add nothing.
void kafka_lag_add(struct kafka_lag_figures *sum, const struct kafka_lag_figures *more);

// Fills figures that Flink does not report from those of the groups: the lag of the partition that
// is farthest behind and, where the job has only one source, its pending records.
void kafka_lag_join(const struct kafka_lag_figures *lag, struct job_measurement *measurement);
