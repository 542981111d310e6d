// Snapshots that are no longer listed and still have files: a job needed them, or the file system
// refused to remove them. The only file that knows the table `deleted_snapshot`.
#pragma once

#include "model/snapshot.h"
#include "storage/db.h"

// Records name, trigger and location.
MUST_CHECK bool deleted_snapshot_store_add(struct db *db, const char *app_id,
                                           const struct snapshot *snapshot, struct error *err);
// `sequence`: that of the row, as deleted_snapshot_store_next() returns it.
MUST_CHECK bool deleted_snapshot_store_remove(struct db *db, int64_t sequence, struct error *err);
// The first one after `after_sequence` (0 = the first): sequence (of this table), name, trigger and
// location. *out_found false: there is none.
MUST_CHECK bool deleted_snapshot_store_next(struct db *db, const char *app_id,
                                            int64_t after_sequence, struct snapshot *out_snapshot,
                                            bool *out_found, struct error *err);
