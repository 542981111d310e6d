// What was measured of an application, a row a minute. The only file that knows the table `metric`.
#pragma once

#include "base/json.h"
#include "storage/db.h"

// The limit for the minutes of one application. A job of six vertices reaches it after ten days.
#define METRIC_MAX_BYTES (32 << 20)

// Sets or replaces the figures of one minute. Removes minutes before `keep_from_ms`, and those that
// METRIC_MAX_BYTES has no room for if all are as large as this one.
MUST_CHECK bool metric_store_set(struct db *db, const char *app_id, int64_t at_ms,
                                 const json_t *figures, int64_t keep_from_ms, struct error *err);

// Called with each minute from `from_ms` to before `to_ms`, oldest first, until it returns false.
// `figures` is borrowed.
typedef bool metric_visit_fn(void *userdata, int64_t at_ms, const json_t *figures);
MUST_CHECK bool metric_store_visit(struct db *db, const char *app_id, int64_t from_ms,
                                   int64_t to_ms, metric_visit_fn *visit, void *userdata,
                                   struct error *err);
