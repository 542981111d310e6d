// How far the consumer groups of one job are behind, asked round by round of the brokers that its
// properties name. Costs nothing where they name none.
#pragma once

#include "base/cleanup.h"
#include "base/json.h"
#include "runtime/job_measurement.h"

#include <systemd/sd-event.h>

struct kafka_lag;

// NULL: the properties name no consumer group.
struct kafka_lag *kafka_lag_new(sd_event *loop, const json_t *properties);
void kafka_lag_free(struct kafka_lag *lag);
DEFINE_AUTO(kafka_lag_free, struct kafka_lag *);

// Begins a round, unless one is under way. The first one connects.
void kafka_lag_begin(struct kafka_lag *lag);
// Puts what the newest round gave where the measurement has nothing.
void kafka_lag_put(const struct kafka_lag *lag, struct job_measurement *measurement);
