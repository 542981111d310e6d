// The history of an application: events are added, never changed, and the newest 1000 are kept. The
// only file that knows the table `event`.
#pragma once

#include "base/json.h"
#include "storage/db.h"

struct event {
    int64_t at_ms;
    const char *kind;     // "status", "move", "recovery", ...
    const char *message;  // one line for the user
    const json_t *detail; // an object by kind; NULL = {}
};

MUST_CHECK bool event_store_add(struct db *db, const char *app_id, const struct event *event,
                                struct error *err);

// Oldest first, those with a sequence above `after_sequence`, at most `limit`:
// [{"sequence", "atMs", "kind", "message", and the members of the detail}]. The caller owns it.
MUST_CHECK bool event_store_list(struct db *db, const char *app_id, int64_t after_sequence,
                                 int64_t limit, json_t **out_events, struct error *err);
// The newest of a kind, as above. NULL: there is none. The caller owns it.
MUST_CHECK bool event_store_find_newest(struct db *db, const char *app_id, const char *kind,
                                        json_t **out_event, struct error *err);
