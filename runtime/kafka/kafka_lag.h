// The lag of the consumer groups of one job: each round asks the brokers in its properties. Costs
// nothing where they name no broker.
#pragma once

#include "base/cleanup.h"
#include "base/json.h"
#include "runtime/job_measurement.h"

#include <systemd/sd-event.h>

struct kafka_lag;

// NULL = the properties name no consumer group.
struct kafka_lag *kafka_lag_new(sd_event *loop, const json_t *properties);
void kafka_lag_free(struct kafka_lag *lag);
DEFINE_AUTO(kafka_lag_free, struct kafka_lag *);

// Begins a round, unless one is under way. The first one connects.
void kafka_lag_begin(struct kafka_lag *lag);
// Fills unknown figures of the measurement from the newest round.
void kafka_lag_put(const struct kafka_lag *lag, struct job_measurement *measurement);
