// Measures one running job from Flink's REST interface and its processes from /proc: a round of
// questions, one after the other, whenever it is asked for. Between rounds it costs nothing.
//
// Rates are differences of counters over the time that Flink itself says a subtask was busy, idle
// or held back: its own "per second" figures are means over a minute, and what it answers is as old
// as its last collection (flink-verified, Metrics).
#pragma once

#include "base/cleanup.h"
#include "runtime/cluster_process.h"
#include "runtime/flink_client.h"
#include "runtime/job_measurement.h"
#include "runtime/kafka_lag.h"

struct cluster_meter;

struct cluster_meter_options {
    struct flink_client *client;               // borrowed as long as the meter is there
    const struct cluster_processes *processes; // borrowed as long as the meter is there
    const struct cluster_size *size;           // borrowed as long as the meter is there
    struct kafka_lag *lag;                     // borrowed as long as the meter is there; NULL: none
    // A round is over: cluster_meter_result() has another number. Not called where the job was not
    // there any more, or Flink did not answer.
    void (*on_done)(void *userdata);
    void *userdata;
};

struct cluster_meter *cluster_meter_new(const struct cluster_meter_options *options);
void cluster_meter_free(struct cluster_meter *meter);
DEFINE_AUTO(cluster_meter_free, struct cluster_meter *);

// Begins a round, unless one is under way. Another job than the last time starts anew.
void cluster_meter_begin(struct cluster_meter *meter, const char *job_id);
const struct job_measurement *cluster_meter_result(const struct cluster_meter *meter);
