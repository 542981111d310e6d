// The savepoints of an application, of both kinds of snapshots. The only file that knows the table
// `snapshot`.
#pragma once

#include "model/snapshot.h"
#include "storage/db.h"

// Adds one and sets its sequence. ERROR_EXISTS: the application has a snapshot of that name.
MUST_CHECK bool snapshot_store_add(struct db *db, const char *app_id, struct snapshot *snapshot,
                                   struct error *err);
// *out_found false, here and below: there is none, and `out_snapshot` is not written.
MUST_CHECK bool snapshot_store_find(struct db *db, const char *app_id, const char *name,
                                    struct snapshot *out_snapshot, bool *out_found,
                                    struct error *err);
// The newest READY one.
MUST_CHECK bool snapshot_store_find_latest(struct db *db, const char *app_id,
                                           struct snapshot *out_snapshot, bool *out_found,
                                           struct error *err);
// The oldest one of `status`.
MUST_CHECK bool snapshot_store_find_by_status(struct db *db, const char *app_id,
                                              enum snapshot_status status,
                                              struct snapshot *out_snapshot, bool *out_found,
                                              struct error *err);
// A FAILED one that is older than the newest `failed_kept` FAILED ones. Not an enhanced one that a
// user made: it keeps its name until the user deletes it.
MUST_CHECK bool snapshot_store_find_surplus(struct db *db, const char *app_id, int64_t failed_kept,
                                            struct snapshot *out_snapshot, bool *out_found,
                                            struct error *err);
// Writes status, trigger, location, job, tries and not_before_ms. ERROR_NOT_FOUND: there is none.
MUST_CHECK bool snapshot_store_save(struct db *db, const char *app_id,
                                    const struct snapshot *snapshot, struct error *err);
MUST_CHECK bool snapshot_store_remove(struct db *db, const char *app_id, const char *name,
                                      struct error *err);
// The application snapshots only: oldest first, those with a sequence above `after_sequence` (0 =
// from the first).
MUST_CHECK bool snapshot_store_list(struct db *db, const char *app_id, int64_t after_sequence,
                                    struct snapshot *out_list, size_t limit, size_t *out_count,
                                    struct error *err);
// Newest first, only those with a sequence below `before_sequence` (INT64_MAX = all).
MUST_CHECK bool snapshot_store_list_newest(struct db *db, const char *app_id,
                                           int64_t before_sequence, struct snapshot *out_list,
                                           size_t limit, size_t *out_count, struct error *err);
// How many are not FAILED.
MUST_CHECK bool snapshot_store_count(struct db *db, const char *app_id, int64_t *out_count,
                                     struct error *err);
// How many of these are application snapshots that a user created: the limit is for them.
MUST_CHECK bool snapshot_store_count_by_hand(struct db *db, const char *app_id, int64_t *out_count,
                                             struct error *err);
// Is there a snapshot that is a checkpoint of this job?
MUST_CHECK bool snapshot_store_has_job(struct db *db, const char *app_id, const char *job_id,
                                       bool *out_found, struct error *err);
// Has another snapshot the same location, which is not being deleted? (An earlier kobel had a
// directory for each name; and what a job was started from may be kept as a snapshot of its own.)
MUST_CHECK bool snapshot_store_is_shared(struct db *db, const char *app_id,
                                         const struct snapshot *snapshot, bool *out_found,
                                         struct error *err);
