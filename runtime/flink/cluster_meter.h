// Measures one running job from Flink's REST interface, and its processes by a callback: a round of
// questions, one after the other, whenever it is asked for. Between rounds it costs nothing.
//
// Rates are differences of counters over the time that Flink itself says a subtask was busy, idle
// or held back: its own "per second" figures are means over a minute, and what it answers is as old
// as its last collection (facts/flink.md 7.1).
#pragma once

#include "base/cleanup.h"
#include "model/cluster_size.h"
#include "runtime/flink/flink_client.h"
#include "runtime/job_measurement.h"
#include "runtime/kafka/kafka_lag.h"

struct cluster_meter;

// What a process of the cluster uses, with everything that it has started.
struct cluster_process_usage {
    int64_t cpu_ms;      // since it started
    double memory_bytes; // shared pages divided by those that share them
};

struct cluster_meter_options {
    struct flink_client *client;     // borrowed as long as the meter is there
    const struct cluster_size *size; // borrowed as long as the meter is there
    int process_count;
    struct kafka_lag *lag; // borrowed as long as the meter is there; NULL: none
    // A round is over: cluster_meter_result() has another number. Not called where the job was not
    // there any more, or Flink did not answer.
    void (*on_done)(void *userdata);
    // Reads what a process uses; index 0 is the JobManager. False: it is not there any more.
    bool (*read_process)(void *userdata, int index, struct cluster_process_usage *out_usage);
    void *userdata;
};

struct cluster_meter *cluster_meter_new(const struct cluster_meter_options *options);
void cluster_meter_free(struct cluster_meter *meter);
DEFINE_AUTO(cluster_meter_free, struct cluster_meter *);

// Begins a round, unless one is under way. Another job than the last time starts anew.
void cluster_meter_begin(struct cluster_meter *meter, const char *job_id);
const struct job_measurement *cluster_meter_result(const struct cluster_meter *meter);
