// The requests of `kobel run`, made from what the application should be. Pure.
#pragma once

#include "cli/run/run_code.h"

struct run_target {
    const char *name;
    const char *runtime; // NULL = do not change it
    const struct run_code *code;
    const json_t *groups; // PropertyGroups; NULL = do not change them
    int64_t parallelism;  // 0 = do not change it
    bool is_fresh;        // starts without the existing state
    bool allows_non_restored;
    bool keeps_few; // only the newest RUN_AUTOMATIC_KEPT snapshots of its moves
    bool holds_sources;
};

enum { RUN_AUTOMATIC_KEPT = 5 };

// CreateApplication; needs `runtime`.
json_t *run_create_request(const struct run_target *target);

// Do these Tags have a rule for snapshots? Then the user has chosen it.
bool run_has_retention(const json_t *tags);
// TagResource with the rule of `keeps_few`.
json_t *run_retention_request(const char *arn);

// The members of UpdateApplication that turn `detail` into the target; NULL: it is the target.
json_t *run_changes(const struct run_target *target, const json_t *detail);

// A RunConfiguration; NULL: that of the service, which starts from the latest snapshot.
json_t *run_configuration(const struct run_target *target);
