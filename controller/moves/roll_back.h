// A roll back to an earlier version: by RollbackApplication (controller/commands/app_roll_back.c),
// or by kobel after an update that failed. The earlier version gets a new number
// (facts/api.md 5.8).
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// Adds the next version, a copy of `target`, and marks the current one as rolled back from. Inside
// a transaction of the caller's; `app` is not changed.
MUST_CHECK bool roll_back_add_version(struct app_service *service, const struct app *app,
                                      int64_t target, int64_t *out_version, struct error *err);

// Plans the next placement of `app`, whose old job is over, for `version`: on the old cluster where
// that still stands, since it is warm, else on another.
void roll_back_place(struct app *app, int64_t version, bool old_cluster_stands);

// Makes `version` the current one and records which one was left.
void roll_back_count(struct app *app, int64_t version, int64_t now_ms);

// The update failed after its HALT: its operation fails, and a RollbackApplication operation begins
// that runs the version before, on the old cluster where that still stands (facts/service.md 6,
// facts/api.md 5.8).
MUST_CHECK bool roll_back_after_failure(struct app_service *service, struct app *app,
                                        const struct plan_view *view, struct error *err);
