// The versions of an application's configuration. The only file that knows the table `app_version`.
#pragma once

#include "model/app_version.h"
#include "storage/db.h"

// So many of an application are kept, with their code. A move and a roll back need the last three.
#define VERSIONS_KEPT 100

// The number of the next version: one more than any that the application has had, also of those
// that were taken back.
MUST_CHECK bool version_store_next(struct db *db, const char *app_id, int64_t *out_version,
                                   struct error *err);

// Adds one, and removes some of those that are too old. The current one and the one before it stay,
// however many were taken back since.
MUST_CHECK bool version_store_add(struct db *db, const char *app_id,
                                  const struct app_version *version, struct error *err);

// *out_found false: there is none, or no longer. The caller releases `out_version`.
MUST_CHECK bool version_store_load(struct db *db, const char *app_id, int64_t version,
                                   struct app_version *out_version, bool *out_found,
                                   struct error *err);

// Records whether a version was left: rolled back from, or taken back before it ran.
MUST_CHECK bool version_store_mark_rolled_back(struct db *db, const char *app_id, int64_t version,
                                               bool is_rolled_back, struct error *err);

struct version_summary {
    int64_t version;
    bool is_rolled_back;
};
// Newest first, only versions below `before_version` (INT64_MAX = all).
MUST_CHECK bool version_store_list(struct db *db, const char *app_id, int64_t before_version,
                                   struct version_summary *out_list, size_t limit,
                                   size_t *out_count, struct error *err);

// Does any version of any application use this code?
MUST_CHECK bool version_store_uses_code(struct db *db, const char *code_sha256, bool *out_used,
                                        struct error *err);
