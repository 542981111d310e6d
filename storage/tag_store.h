// The tags of an application or of an enhanced snapshot, by its id. The only file that knows the
// table `tag`.
#pragma once

#include "base/json.h"
#include "storage/db.h"

// Sets one tag, or replaces its value.
MUST_CHECK bool tag_store_set(struct db *db, const char *owner_id, const char *key,
                              const char *value, struct error *err);
// Removing an absent key is a success.
MUST_CHECK bool tag_store_remove(struct db *db, const char *owner_id, const char *key,
                                 struct error *err);
// [{"Key": …, "Value": …}] by key; the caller owns it.
MUST_CHECK bool tag_store_list(struct db *db, const char *owner_id, json_t **out_tags,
                               struct error *err);
// The value of one tag. *out_found false: there is none, or it does not fit into `out`.
MUST_CHECK bool tag_store_find(struct db *db, const char *owner_id, const char *key, char *out,
                               size_t size_bytes, bool *out_found, struct error *err);
MUST_CHECK bool tag_store_count(struct db *db, const char *owner_id, int64_t *out_count,
                                struct error *err);
