// The journal of snapshot operations. The only file that knows the table `snapshot_operation`.
#pragma once

#include "model/snapshot_operation.h"
#include "storage/db.h"

// Adds one and sets its sequence. Removes those that began before `keep_from_ms` and are over.
MUST_CHECK bool snapshot_operation_store_add(struct db *db, struct snapshot_operation *operation,
                                             int64_t keep_from_ms, struct error *err);
// *out_found false, here and below: there is none.
MUST_CHECK bool snapshot_operation_store_find(struct db *db, const struct app_scope *scope,
                                              const char *snapshot_name, const char *id,
                                              struct snapshot_operation *out, bool *out_found,
                                              struct error *err);
// Of the kind that the snapshot has in progress.
MUST_CHECK bool snapshot_operation_store_remove_open(struct db *db, const char *snapshot_id,
                                                     enum snapshot_operation_kind kind,
                                                     struct error *err);
// Writes status, end, exported prefix and error.
MUST_CHECK bool snapshot_operation_store_save(struct db *db,
                                              const struct snapshot_operation *operation,
                                              struct error *err);
// Those of all snapshots that have had the name, newest first.
MUST_CHECK bool snapshot_operation_store_list(struct db *db, const struct app_scope *scope,
                                              const char *snapshot_name,
                                              const struct snapshot_operation_filter *filter,
                                              struct snapshot_operation *out_list, size_t limit,
                                              size_t *out_count, struct error *err);
// The oldest one of a snapshot that is in progress. `kind` KIND_COUNT: of any kind.
MUST_CHECK bool snapshot_operation_store_find_open(struct db *db, const char *snapshot_id,
                                                   enum snapshot_operation_kind kind,
                                                   struct snapshot_operation *out, bool *out_found,
                                                   struct error *err);
// The first snapshot above `after_id` that has an operation in progress.
MUST_CHECK bool snapshot_operation_store_next_open(struct db *db, const char *after_id,
                                                   char out_snapshot_id[static APP_ID_SIZE],
                                                   bool *out_found, struct error *err);
// How many exports and imports of an account and Region are in progress.
MUST_CHECK bool snapshot_operation_store_count_transfers(struct db *db,
                                                         const struct app_scope *scope,
                                                         int64_t *out_count, struct error *err);
