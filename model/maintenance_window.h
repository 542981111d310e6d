// The maintenance window of the service: eight hours, by Region (facts/api.md 3.4).
#pragma once

#include <stdbool.h>
#include <stdint.h>

// "HH:MM" each, in UTC. `start` is the one set for the application; "" = that of its Region.
void maintenance_window_of(const char *region, const char *start, char out_start[static 6],
                           char out_end[static 6]);

// The newest window that has begun at `now_ms`, and the next one. True: it has not ended.
bool maintenance_window_at(const char *region, const char *start, int64_t now_ms,
                           int64_t *out_began_ms, int64_t *out_next_ms);
