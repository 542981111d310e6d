// Minutes of what was measured of an application. The only file that knows the table `metric`.
#pragma once

#include "base/json.h"
#include "storage/db.h"

// What an application's minutes take at most: a job of six tasks has two thirds of fifteen days.
#define METRIC_MAX_BYTES (32 << 20)

// Sets the figures of one minute; a minute that is there gets the new ones. Minutes before
// `keep_from_ms` go, and those for which METRIC_MAX_BYTES has no room when all are of this size.
MUST_CHECK bool metric_store_set(struct db *db, const char *app_id, int64_t at_ms,
                                 const json_t *figures, int64_t keep_from_ms, struct error *err);

// Called with each minute from from_ms on and before to_ms, oldest first, until it returns false;
// `figures` is borrowed.
typedef bool metric_visit_fn(void *userdata, int64_t at_ms, const json_t *figures);
MUST_CHECK bool metric_store_visit(struct db *db, const char *app_id, int64_t from_ms,
                                   int64_t to_ms, metric_visit_fn *visit, void *userdata,
                                   struct error *err);
