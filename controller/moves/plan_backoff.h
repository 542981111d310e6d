// How long the plan leaves alone what failed. Pure.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// How long a cluster of the application that failed `attempt` times in a row is left alone. The
// first replacement starts at once.
int64_t plan_backoff_ms(int attempt, const char *app_id);
// The same for anything that is tried again: doubles from `first_ms` to `max_ms`, and is shorter by
// up to a quarter, differently for each application, so that many do not come back in lockstep.
int64_t plan_backoff_of(int64_t first_ms, int64_t max_ms, int failures, const char *app_id);
// How long after a savepoint that came to nothing the next one is asked for.
int64_t plan_savepoint_backoff_ms(int tries);
// Was a cluster that is lost now up for so long that its loss counts as the first one? A checkpoint
// that it completed means that the job got on.
bool plan_was_stable(int64_t up_for_ms, bool has_checkpoint);
