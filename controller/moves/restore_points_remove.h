// Removes restore points. The only place that removes state: each function asks
// controller/moves/restore.h itself what must stay.
#pragma once

#include "controller/service/service.h"
#include "model/snapshot.h"

// Removes a snapshot from the list, and its files unless they are still needed: by a job, a move or
// another snapshot. `rule`: why a rule of retention removes it; NULL = the user does.
MUST_CHECK bool restore_points_remove(struct app_service *service, const struct app *app,
                                      const struct snapshot *snapshot, const char *rule,
                                      struct error *err);

// Removes the files of a savepoint that failed, now or later. Has a transaction of its own.
MUST_CHECK bool restore_points_discard(struct app_service *service, const struct app *app,
                                       const struct snapshot *snapshot, struct error *err);

// Removes what is left of snapshots that are no longer listed and that nothing needs any more; the
// reconciler does so where an application has nothing else to do. False: something is left.
MUST_CHECK bool restore_points_prune_deleted(struct app_service *service, const struct app *app,
                                             struct error *err);

// Removes the checkpoints of all jobs of the application that nothing refers to any more, and logs
// an event where there were any. `app` is the record.
MUST_CHECK bool restore_points_prune(struct app_service *service, const struct app *app,
                                     struct error *err);
// The same; what cannot be removed is left to the reconciler, and the caller continues.
void restore_points_prune_or_leave(struct app_service *service, const struct app *app);
