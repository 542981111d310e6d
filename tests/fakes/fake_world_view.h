// What users see of an application of a fake world: kobel's own view of it and its history. A
// question that fails fails the running test.
#pragma once

#include "base/json.h"
#include "fakes/fake_world.h"

// What GET /kobel/v1/applications/<name> answers; the caller releases it.
json_t *fake_world_show(struct fake_world *world, const char *name);

// The newest event of the application with that kind and phase, NULL: there is none. The caller
// releases it.
json_t *fake_world_find_event(struct fake_world *world, const char *name, const char *kind,
                              const char *phase);
// The events whose member `member` is `value` and whose message contains `words`.
int fake_world_count_events(struct fake_world *world, const char *name, const char *member,
                            const char *value, const char *words);

struct snapshot fake_world_newest_snapshot(struct fake_world *world, const char *name);

// The trouble that is shown contains `words`; NULL: none is shown.
void fake_world_expect_trouble(struct fake_world *world, const char *name, const char *words);
