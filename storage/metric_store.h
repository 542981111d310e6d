// Minutes of what was measured of an application. The only file that knows the table `metric`.
#pragma once

#include "base/json.h"
#include "storage/db.h"

// Sets the figures of one minute; a minute that is there gets the new ones. Minutes before
// `keep_from_ms` go.
MUST_CHECK bool metric_store_set(struct db *db, const char *app_id, int64_t at_ms,
                                 const json_t *figures, int64_t keep_from_ms, struct error *err);

// Called with each minute from from_ms on and before to_ms, oldest first; `figures` is borrowed.
typedef void metric_visit_fn(void *userdata, int64_t at_ms, const json_t *figures);
MUST_CHECK bool metric_store_visit(struct db *db, const char *app_id, int64_t from_ms,
                                   int64_t to_ms, metric_visit_fn *visit, void *userdata,
                                   struct error *err);
