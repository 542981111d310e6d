// An evaluation of the autoscaler as it is recorded, and shown by `kobel explain`:
//   {"atMs", "policy", "reason", "moves", "currentParallelism", "wantedParallelism",
//    "demandPerSecond", "capacityPerSecond", "utilization", "busiestTask", "text",
//    "inputs": {"cpuMaxRatio", "tasks": [{"name", "parallelism", "inPerSecond", ...}]}}
// Rates are per second of the service's clock. Pure.
#pragma once

#include "base/json.h"
#include "controller/scaling/scaling_decision.h"
#include "runtime/job_measurement.h"

// The caller owns it.
json_t *scaling_record_new(const struct scaling_input *input,
                           const struct scaling_decision *decision,
                           const struct job_measurement *measurement);

// What the newest move on record, NULL = none, has led to by now: it worked where it is what runs
// since `up_since_ms`, else it failed or was undone.
struct scaling_last_move scaling_record_last_move(const json_t *newest, int64_t up_since_ms,
                                                  int current_parallelism);
