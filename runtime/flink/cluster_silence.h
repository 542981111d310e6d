// Has one cluster fallen silent? A process that hangs (stopped, deadlocked, collecting garbage for
// ever, frozen I/O) is there, so nobody tells that it is of no use any more: a JobManager gives no
// usable answer, a TaskManager's slots are not registered. Pure: told what was seen, and when.
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

// Long enough for a full garbage collection, a stalled disk or a starved processor, none of which
// another cluster on the same machine would mend; Flink's heartbeat.timeout is the same.
#define CLUSTER_SILENCE_LIMIT_MS 30000
// Flink's own heartbeats come every half second.
#define CLUSTER_SILENCE_LIMIT_MIN_MS 2000

struct cluster_silence {
    int64_t limit_ms;
    int wanted_slots;
    int slots;                       // that were last seen
    struct observed_time unanswered; // without a usable answer
    struct observed_time lacking;    // with fewer slots than wanted
};

// How often slots must be looked at.
int64_t cluster_silence_slots_every_ms(const struct cluster_silence *silence);

void cluster_silence_answered(struct cluster_silence *silence, int64_t now_ms);
// A question is open, or failed.
void cluster_silence_unanswered(struct cluster_silence *silence, int64_t now_ms);
void cluster_silence_slots(struct cluster_silence *silence, int slots, int64_t now_ms);

// True: it lasts for as long as the limit; `out` says what was seen, and for how long.
bool cluster_silence_is_over_limit(const struct cluster_silence *silence, char *out,
                                   size_t size_bytes);
