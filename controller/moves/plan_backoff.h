// How long the plan waits after a failure. Pure.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// The wait before another cluster of the application, of which `attempt` failed in a row. The first
// replacement starts at once.
int64_t plan_backoff_ms(int attempt, const char *app_id);
// The wait before any other retry: doubles from `first_ms` to `max_ms`. It is shorter by up to a
// quarter, differently for each application, so that many do not retry at the same time.
int64_t plan_backoff_of(int64_t first_ms, int64_t max_ms, int failures, const char *app_id);
// The wait after a savepoint that failed, before the next one is requested.
int64_t plan_savepoint_backoff_ms(int tries);
// Was a cluster that is lost now up long enough that its loss counts as the first one? With a
// checkpoint of its own the job has made progress, and a shorter time is enough.
bool plan_was_stable(int64_t up_for_ms, bool has_checkpoint);
