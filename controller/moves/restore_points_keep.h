// Keeps restore points: what a job leaves becomes a READY snapshot, so that the next start restores
// it and nothing removes it. Each inside a transaction of the caller's.
#pragma once

#include "controller/moves/restore.h"
#include "controller/service/service.h"

// Keeps `state` of the job of `placement` as an automatic READY snapshot called `name`, unless
// there is a snapshot of it already. A row of that name that is still CREATING becomes it.
MUST_CHECK bool restore_points_keep(struct app_service *service, const struct app *app,
                                    const struct placement *placement,
                                    const struct state_ref *state, const char *name,
                                    struct error *err);

// "CHECKPOINT-<app>-<epoch ms>": the name of a checkpoint that is kept without a command, or where
// the savepoint of a command is enhanced.
void restore_points_name_checkpoint(struct app_service *service, const struct app *app,
                                    char out_name[static APP_SNAPSHOT_NAME_SIZE]);

// The job is over, and the savepoint that was to stop it is recorded as FAILED: where it is
// complete on disk after all, its row becomes READY, `*out_kept` is true and `*out_snapshot` it.
MUST_CHECK bool restore_points_keep_late(struct app_service *service, const struct app *app,
                                         bool *out_kept, struct snapshot *out_snapshot,
                                         struct error *err);

// The application becomes READY: ends the snapshots that were being taken, and keeps the newest
// state of its jobs where none of these has stopped the job.
MUST_CHECK bool restore_points_keep_at_end(struct app_service *service, const struct app *app,
                                           struct error *err);
