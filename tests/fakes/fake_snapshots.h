// Enhanced snapshots of a fake world: what tests ask for, with requests as clients send them. What
// must not fail fails the running test.
#pragma once

#include "base/buffer.h"
#include "controller/commands/app_service_snapshots.h"
#include "fakes/fake_world.h"

// From the prefix "exports/x" of the bucket "b", and to "exports/" of it. False: refused, see
// `err`.
bool fake_snapshots_import(struct fake_world *world, const char *name, struct snapshot_answer *out,
                           struct error *err);
bool fake_snapshots_export(struct fake_world *world, const char *name, struct snapshot_answer *out,
                           struct error *err);
// StartApplication with the ARN of the snapshot. False: refused.
bool fake_snapshots_start(struct fake_world *world, const char *application,
                          const char *snapshot_name, struct error *err);
// SNAPSHOT_STATUS_COUNT is the status of one that does not exist.
struct enhanced_snapshot fake_snapshots_find(struct fake_world *world, const char *name);
struct snapshot_operation fake_snapshots_newest_operation(struct fake_world *world,
                                                          const char *name);
// Appends the snapshot and its journal, without ids and times: nothing where it never existed.
void fake_snapshots_put(struct fake_world *world, const char *name, struct buffer *out);
