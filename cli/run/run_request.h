// What `kobel run` wants of an application, as requests. Pure.
#pragma once

#include "cli/run/run_code.h"

struct run_wish {
    const char *name;
    const char *runtime; // NULL = leave it
    const struct run_code *code;
    const json_t *groups; // PropertyGroups; NULL = leave them
    int64_t parallelism;  // 0 = leave it
    bool is_fresh;        // without the state that there is
    bool allows_non_restored;
    bool keeps_few; // of the snapshots that its moves make, the newest RUN_AUTOMATIC_KEPT
};

enum { RUN_AUTOMATIC_KEPT = 5 };

// CreateApplication; `runtime` has to be said.
json_t *run_create_request(const struct run_wish *wish);

// Do these Tags say which snapshots are kept? Then that is how their user wants it.
bool run_has_retention(const json_t *tags);
// TagResource with the rule of `keeps_few`.
json_t *run_retention_request(const char *arn);

// The members of UpdateApplication that make `detail` what is wanted; NULL: it is that already.
json_t *run_changes(const struct run_wish *wish, const json_t *detail);

// A RunConfiguration; NULL: the service's usual one, from the latest snapshot.
json_t *run_configuration(const struct run_wish *wish);
