// Measures one running job through Flink's REST interface, and its processes by a callback: one
// round of questions for each cluster_meter_begin(), one after the other, and none between rounds.
//
// Rates are differences of counters, divided by the time that Flink reports for a subtask (busy,
// idle, back-pressured). Flink's own "per second" figures are means over a minute, and its answers
// are as old as its last collection (facts/flink.md 7.1).
#pragma once

#include "base/cleanup.h"
#include "model/cluster_size.h"
#include "runtime/flink/flink_client.h"
#include "runtime/flink/process_shares.h"
#include "runtime/job_measurement.h"
#include "runtime/kafka/kafka_lag.h"

struct cluster_meter;

struct cluster_meter_options {
    struct flink_client *client;     // borrowed during the life of the meter
    const struct cluster_size *size; // borrowed in the same way
    int process_count;
    struct kafka_lag *lag; // borrowed in the same way; NULL = none
    // A round has ended: cluster_meter_result() has a new number. Not called when the job has ended
    // or Flink did not answer.
    void (*on_done)(void *userdata);
    process_read_fn *read_process;
    void *userdata;
};

struct cluster_meter *cluster_meter_new(const struct cluster_meter_options *options);
void cluster_meter_free(struct cluster_meter *meter);
DEFINE_AUTO(cluster_meter_free, struct cluster_meter *);

// Begins a round, unless one is under way. Another job begins with an empty measurement.
void cluster_meter_begin(struct cluster_meter *meter, const char *job_id);
const struct job_measurement *cluster_meter_result(const struct cluster_meter *meter);
