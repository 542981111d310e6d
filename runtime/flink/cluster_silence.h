// Detects a cluster that hangs. A process that hangs (stopped, deadlocked, in endless garbage
// collection, blocked by I/O) has not ended, so no signal reports it: its JobManager gives no
// usable answer, or the slots of a TaskManager are not registered. Pure: the caller passes what it
// saw, and when.
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

// Long enough for a full garbage collection, a slow disk or a busy processor, where another cluster
// on the same machine would not help. Equal to Flink's heartbeat.timeout.
#define CLUSTER_SILENCE_LIMIT_MS 30000
// Flink's heartbeats come every half second.
#define CLUSTER_SILENCE_LIMIT_MIN_MS 2000

struct cluster_silence {
    int64_t limit_ms;
    int wanted_slots;
    int slots;                       // as last seen
    struct observed_time unanswered; // time without a usable answer
    struct observed_time lacking;    // time with fewer slots than wanted
};

// How often the slots must be counted.
int64_t cluster_silence_slots_every_ms(const struct cluster_silence *silence);

void cluster_silence_answered(struct cluster_silence *silence, int64_t now_ms);
// A question is open, or has failed.
void cluster_silence_unanswered(struct cluster_silence *silence, int64_t now_ms);
void cluster_silence_slots(struct cluster_silence *silence, int slots, int64_t now_ms);

// True: the limit is reached; `out` describes what was seen, and for how long.
bool cluster_silence_is_over_limit(const struct cluster_silence *silence, char *out,
                                   size_t size_bytes);
