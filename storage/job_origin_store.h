// What a running job was started from, where its placement now names a later snapshot. The only
// file that knows the table `job_origin`.
#pragma once

#include "model/app.h"
#include "storage/db.h"

// The first one that is added for a job stays; later ones are ignored.
MUST_CHECK bool job_origin_store_add(struct db *db, const char *app_id, const char *job_id,
                                     const struct state_ref *origin, struct error *err);
// STATE_EMPTY: there is none.
MUST_CHECK bool job_origin_store_find(struct db *db, const char *app_id, const char *job_id,
                                      struct state_ref *out_origin, struct error *err);
// Removes those of all jobs but these two. "" stands for none.
MUST_CHECK bool job_origin_store_keep(struct db *db, const char *app_id, const char *job_id,
                                      const char *other_job_id, struct error *err);
