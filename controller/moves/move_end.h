// How moves end: what is committed when a job is up, stopped, given up, rolled back or deleted.
// Part of the executor.
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// One transaction: status, placements, operation, snapshots; then the clusters that nobody names
// any more are retired.
MUST_CHECK bool move_end_commit(struct app_service *service, struct app *app,
                                const struct plan_view *view, const struct step *step,
                                struct error *err);

// The update failed after its HALT: its operation fails, and a RollbackApplication operation begins
// that brings back the version before on the cluster that still stands (facts/service.md 6,
// facts/api.md 5.8).
MUST_CHECK bool move_end_roll_back(struct app_service *service, struct app *app,
                                   const struct plan_view *view, struct error *err);

// Removes the files, then the rows.
MUST_CHECK bool move_end_erase(struct app_service *service, struct app *app, struct error *err);
