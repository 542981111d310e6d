// The decisions of the autoscaler, each with its inputs. The only file that knows the table
// `scaling`.
#pragma once

#include "base/json.h"
#include "storage/db.h"

// Of an application the newest SCALING_KEPT are kept, which is a day at one in ten seconds, and the
// newest SCALING_MOVES_KEPT that moved its job. Fewer are kept where they are large, as for a job
// of many vertices: then SCALING_MAX_BYTES is divided by the size of the newest one.
#define SCALING_KEPT       8640
#define SCALING_MOVES_KEPT 1000
#define SCALING_MAX_BYTES  (16 << 20)
// The limit for one list, so that reading and printing it does not block the loop.
#define SCALING_LIST_MAX_BYTES (512 << 10)

MUST_CHECK bool scaling_store_add(struct db *db, const char *app_id, int64_t at_ms, bool moves,
                                  const json_t *body, struct error *err);
// Newest first, at most `limit` and SCALING_LIST_MAX_BYTES, but at least one where there are any.
// `moves_only`: only those that moved the job. The caller owns the array.
MUST_CHECK bool scaling_store_list(struct db *db, const char *app_id, bool moves_only,
                                   int64_t limit, json_t **out_bodies, struct error *err);
