// The parts of the executor: executor_prepare.c (PREPARE), executor_job.c (SUBMIT, CONFIRM),
// executor_halt.c (HALT), executor_snapshot.c (manual snapshots), and execution_record.c, which all
// of them use. COMMIT is in move_end.c.
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// What a step works on. Steps change `app` and then commit it.
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
// The same, with an event: a phase of the move, or of the recovery where there is no move. `detail`
// is consumed.
MUST_CHECK bool execution_record_phase(struct execution *run, const char *phase,
                                       const char *message, json_t *detail, struct error *err);
MUST_CHECK bool execution_record_snapshot(struct execution *run, const struct snapshot *snapshot,
                                          const char *reason, struct error *err);
// Why the cluster, or the savepoint on it, is given up: a limit of kobel that was exceeded, else
// `failure`, which Flink or the cluster reports.
const char *execution_reason(const struct execution *run, const char *failure);

// The cluster of the slot, or its launch, has failed `attempt` times in a row: logs that, plans
// another one, later each time, and retires this one.
MUST_CHECK bool execution_plan_again(struct execution *run, int attempt, const char *what,
                                     const char *reason, struct error *err);

MUST_CHECK bool execution_request_savepoint(struct execution *run, const char *trigger_id,
                                            const char *name, bool stops_job, struct error *err);
// Another trigger for the next try, and when: the same trigger again would not be a new savepoint.
void execution_prepare_another_try(const struct execution *run, struct snapshot *snapshot);

typedef bool execution_step_fn(struct execution *run, struct error *err);

execution_step_fn execution_launch;
execution_step_fn execution_relaunch;

execution_step_fn execution_submit;
execution_step_fn execution_see_up;
execution_step_fn execution_note_tasks;
execution_step_fn execution_note_checkpoint;
execution_step_fn execution_note_restart;

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
