// The restore points of applications on disk: looked at, kept and removed. The only place that
// removes state: each function asks controller/moves/restore.h itself what must stay, whoever calls
// it.
#pragma once

#include "controller/moves/restore.h"
#include "controller/service/service.h"

void restore_points_look(struct app_service *service, const struct app *app,
                         struct restore_facts *out_facts);

// What a job starts from when it restores `snapshot`: of a checkpoint that is kept, the newest one
// that its job left.
struct state_ref restore_points_of_snapshot(struct app_service *service, const struct app *app,
                                            const struct snapshot *snapshot);

// The same of what a placement is to start from: where the job of a checkpoint completed a later
// one while it was ended, the earlier one is gone.
void restore_points_refresh(struct app_service *service, const struct app *app,
                            struct state_ref *state);

// What HALT of the current move left, whatever the next job starts from. *out_found false: nothing,
// and `out_state` is not written.
MUST_CHECK bool restore_points_of_halt(struct app_service *service, const struct app *app,
                                       struct state_ref *out_state, bool *out_found,
                                       struct error *err);

// The job is over, and a savepoint that was to stop it failed as far as anybody heard: where it is
// complete on disk after all, its row becomes READY, `*out_taken` is true and `*out_snapshot` it.
// Inside a transaction of the caller's.
MUST_CHECK bool restore_points_take_late(struct app_service *service, const struct app *app,
                                         bool *out_taken, struct snapshot *out_snapshot,
                                         struct error *err);

// Keeps `state` of the job of `placement` as an automatic READY snapshot called `name`, unless
// there is a snapshot of it already. A row of that name that is still CREATING becomes it. Inside a
// transaction of the caller's.
MUST_CHECK bool restore_points_keep(struct app_service *service, const struct app *app,
                                    const struct placement *placement,
                                    const struct state_ref *state, const char *name,
                                    struct error *err);

// "CHECKPOINT-<app>-<epoch ms>": of a checkpoint that is kept without a command.
void restore_points_name(struct app_service *service, const struct app *app,
                         char out_name[static APP_SNAPSHOT_NAME_SIZE]);

// Removes a snapshot from the list, and its files unless they are still needed: by a job, a move or
// another snapshot. `rule`: why a rule of retention wants it; NULL = a user does.
MUST_CHECK bool restore_points_remove(struct app_service *service, const struct app *app,
                                      const struct snapshot *snapshot, const char *rule,
                                      struct error *err);

// Removes what a savepoint that came to nothing left, now or later. Has a transaction of its own.
MUST_CHECK bool restore_points_discard(struct app_service *service, const struct app *app,
                                       const struct snapshot *snapshot, struct error *err);

// Removes what is left of snapshots that are no longer listed, where nothing needs it any more; the
// reconciler does where an application has nothing else to do. False: something is left.
MUST_CHECK bool restore_points_prune_deleted(struct app_service *service, const struct app *app,
                                             struct error *err);

// Removes the checkpoints of all jobs of the application that nothing refers to any
// more, and says so where there were any. `app` is what is on record.
MUST_CHECK bool restore_points_prune(struct app_service *service, const struct app *app,
                                     struct error *err);
// The same; what cannot be removed keeps nothing else from being done, and is left to the
// reconciler.
void restore_points_prune_or_leave(struct app_service *service, const struct app *app);
