// The executor's insides, for executor.c (clusters and jobs) and executor_savepoint.c (how jobs
// end, snapshots).
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// What a step works on. Steps write `app` and hand it to record(); the caller's copy follows only
// after the commit.
struct execution {
    struct app_service *service;
    struct app *app;
    const struct plan_view *view;
    const struct step *step;
    struct placement *placement; // of step->slot
    const struct cluster_view *cluster;
    bool is_gone;
};

// Commits the record.
MUST_CHECK bool execution_record(struct execution *run, struct error *err);
// The same, and says so in the history: as a phase of the move, or of the recovery where there is
// none. `detail` is taken.
MUST_CHECK bool execution_record_phase(struct execution *run, const char *phase,
                                       const char *message, json_t *detail, struct error *err);
MUST_CHECK bool execution_record_snapshot(struct execution *run, const struct snapshot *snapshot,
                                          const char *reason, struct error *err);
// Why the cluster, or the savepoint on it, is given up: what Flink or the cluster says, unless it
// is kobel that can get no further with it.
const char *execution_reason(const struct execution *run, const char *failure);

typedef bool execution_step_fn(struct execution *run, struct error *err);

execution_step_fn execution_halt;
execution_step_fn execution_halt_again;
execution_step_fn execution_halted;
execution_step_fn execution_salvage;
execution_step_fn execution_drop;
execution_step_fn execution_snapshot;
execution_step_fn execution_snapshot_again;
execution_step_fn execution_snapshot_done;
execution_step_fn execution_snapshot_failed;
execution_step_fn execution_snapshot_salvage;
