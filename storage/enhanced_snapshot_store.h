// The enhanced snapshots of all accounts. The only file that knows the tables `enhanced_snapshot`
// and `deleted_enhanced_snapshot`.
#pragma once

#include "model/enhanced_snapshot.h"
#include "storage/db.h"

// Adds one and sets its sequence. ERROR_EXISTS: the name is taken.
MUST_CHECK bool enhanced_snapshot_store_add(struct db *db, struct enhanced_snapshot *snapshot,
                                            struct error *err);
// *out_found false, here and below: there is none.
MUST_CHECK bool enhanced_snapshot_store_find(struct db *db, const struct app_scope *scope,
                                             const char *name, struct enhanced_snapshot *out,
                                             bool *out_found, struct error *err);
MUST_CHECK bool enhanced_snapshot_store_load(struct db *db, const char *id,
                                             struct enhanced_snapshot *out, bool *out_found,
                                             struct error *err);
// Writes status and size. ERROR_NOT_FOUND: there is none.
MUST_CHECK bool enhanced_snapshot_store_save(struct db *db,
                                             const struct enhanced_snapshot *snapshot,
                                             struct error *err);
MUST_CHECK bool enhanced_snapshot_store_remove(struct db *db, const char *id, struct error *err);
// Newest first.
MUST_CHECK bool enhanced_snapshot_store_list(struct db *db, const struct app_scope *scope,
                                             const struct enhanced_filter *filter,
                                             struct enhanced_snapshot *out_list, size_t limit,
                                             size_t *out_count, struct error *err);
// How many that were not made by the system are not FAILED: the quota is for these.
MUST_CHECK bool enhanced_snapshot_store_count_by_hand(struct db *db, const struct app_scope *scope,
                                                      int64_t *out_count, struct error *err);

// The oldest READY one above `after_sequence` that no application has a row of (an import, or its
// application is gone), unless its tag `tag` is "none".
MUST_CHECK bool enhanced_snapshot_store_next_unowned(struct db *db, const char *tag,
                                                     int64_t after_sequence,
                                                     struct enhanced_snapshot *out, bool *out_found,
                                                     struct error *err);

// --- files without a snapshot ---

MUST_CHECK bool enhanced_snapshot_store_add_deleted(struct db *db, const char *id,
                                                    struct error *err);
MUST_CHECK bool enhanced_snapshot_store_remove_deleted(struct db *db, const char *id,
                                                       struct error *err);
// The first id above `after_id`.
MUST_CHECK bool enhanced_snapshot_store_next_deleted(struct db *db, const char *after_id,
                                                     char out_id[static APP_ID_SIZE],
                                                     bool *out_found, struct error *err);
