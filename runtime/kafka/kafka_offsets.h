// How far a consumer group is behind: what it has committed against where the topic ends. Pure.
#pragma once

#include "runtime/job_measurement.h"

#define KAFKA_OFFSET_UNKNOWN (-1)

struct kafka_partition {
    int32_t number;
    int64_t committed; // the next record that the group wants; KAFKA_OFFSET_UNKNOWN: none was
    int64_t end;       // of the topic; KAFKA_OFFSET_UNKNOWN: not told yet
};

struct kafka_lag_figures {
    double records; // MEASUREMENT_UNKNOWN: nothing was committed
    double records_max;
};

// A partition without a committed offset says nothing: where the job began to read it is the job's
// affair, and Flink commits only what a checkpoint has seen.
struct kafka_lag_figures kafka_lag_of(const struct kafka_partition *partitions, int count);
// Of another topic; unknown figures add nothing.
void kafka_lag_add(struct kafka_lag_figures *sum, const struct kafka_lag_figures *more);

// What Flink does not say is taken from the group: the lag of the partition that is farthest
// behind, and, where the job has one source only, what waits for it.
void kafka_lag_join(const struct kafka_lag_figures *lag, struct job_measurement *measurement);
