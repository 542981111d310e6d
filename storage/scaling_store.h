// What the autoscaler decided, with what it saw. The only file that knows the table `scaling`.
#pragma once

#include "base/json.h"
#include "storage/db.h"

// Keeps the newest SCALING_KEPT of an application, a day at one in ten seconds, and beyond that the
// newest SCALING_MOVES_KEPT that moved its job; fewer where SCALING_MAX_BYTES have no room for so
// many of the size of the newest one, as for jobs of many vertices.
#define SCALING_KEPT       8640
#define SCALING_MOVES_KEPT 1000
#define SCALING_MAX_BYTES  (16 << 20)
// What a list has at most, so that it is read and printed in a moment.
#define SCALING_LIST_MAX_BYTES (512 << 10)

MUST_CHECK bool scaling_store_add(struct db *db, const char *app_id, int64_t at_ms, bool moves,
                                  const json_t *body, struct error *err);
// Newest first, at most `limit`, and no more than SCALING_LIST_MAX_BYTES take, but one; only those
// that moved where `moves_only`. The caller owns the array.
MUST_CHECK bool scaling_store_list(struct db *db, const char *app_id, bool moves_only,
                                   int64_t limit, json_t **out_bodies, struct error *err);
