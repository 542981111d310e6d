// How moves end: what is committed when a job is up, stopped, given up or deleted. COMMIT, called
// by the executor.
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// One transaction: status, placements, operation, snapshots; then the clusters that the record does
// not name any more are retired.
MUST_CHECK bool move_end_commit(struct app_service *service, struct app *app,
                                const struct plan_view *view, const struct step *step,
                                struct error *err);

// The job has FINISHED: that is on record, and the application becomes READY a little later.
MUST_CHECK bool move_end_see_finished(struct app_service *service, struct app *app,
                                      struct error *err);

// Removes the files, then the rows.
MUST_CHECK bool move_end_erase(struct app_service *service, struct app *app, struct error *err);
