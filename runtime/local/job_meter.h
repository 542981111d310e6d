// Measures the job of one cluster: Flink's metrics, what the cluster's processes use, and the lag
// of the job's consumer groups.
#pragma once

#include "runtime/flink/cluster_meter.h"
#include "runtime/flink/cluster_watch.h"
#include "runtime/local/cluster_usage.h"

struct job_meter {
    void (*on_done)(void *userdata); // a measurement is there
    void *userdata;
    struct kafka_lag *lag;       // NULL: the job's properties name no consumer group
    struct cluster_meter *meter; // NULL before the first measurement
    struct cluster_usage *usage;
};

// Another job runs, with these properties: measurements of the one before are dropped.
void job_meter_restart(struct job_meter *meter, sd_event *loop, const char *properties_text);
// Begins a measurement. What is passed is borrowed until job_meter_stop().
void job_meter_measure(struct job_meter *meter, struct cluster_watch *watch,
                       const struct cluster_processes *processes, const struct cluster_size *size);
// The newest measurement; NULL: none yet.
const struct job_measurement *job_meter_result(const struct job_meter *meter);
// Drops the measurements.
void job_meter_stop(struct job_meter *meter);
