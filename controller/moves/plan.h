// What is to be done next for one application. Pure: no I/O, no clock, no allocation.
//
// The controller is level-triggered: each pass reads the record (struct app) and the view (struct
// plan_view) and returns one step towards what the record wants. It does not depend on why it was
// called: a pass after kill -9, where every view is ABSENT, is like any other.
#pragma once

#include "controller/moves/lifecycle.h"
#include "controller/moves/plan_backoff.h"
#include "model/app.h"
#include "model/snapshot.h"
#include "runtime/cluster.h"

// Launches of the next cluster that may fail before a move is given up. A recovery never gives up;
// it waits longer.
#define PLAN_ATTEMPTS_MAX 3
// Where a start means that all tasks run, or where the state cannot be read: restarts of a job that
// never had all its vertices RUNNING, before its move is given up.
#define PLAN_RESTARTS_MAX 3
// How long a savepoint waits for tasks of the job that do not run, before Flink is asked all the
// same.
#define PLAN_TASKS_WAIT_MS 60000
// An application whose job finishes is shown as RUNNING for at least so long, of the service's
// clock, where no option says otherwise: Terraform asks every ten seconds.
#define PLAN_RUNNING_MIN_MS 12000
// Further savepoints that are asked for when one failed only because a task ended meanwhile.
#define PLAN_SAVEPOINT_TRIES_MAX 4

enum step_kind {
    STEP_WAIT,             // until a view changes or again_at_ms
    STEP_QUEUE,            // a cluster is to be launched, but not now: take a place in the queue
    STEP_LAUNCH,           // start a cluster for `slot`
    STEP_RELAUNCH,         // the cluster of `slot` is gone: plan another
    STEP_SUBMIT,           // hand the job to the cluster of `slot`
    STEP_SEE_UP,           // the job runs on `slot`: record it
    STEP_SEE_END,          // it has finished already: record it
    STEP_NOTE_TASKS,       // record that every task runs, which was not so before
    STEP_HALT,             // stop-with-savepoint on the current cluster
    STEP_HALTED,           // its savepoint is complete: record where
    STEP_SALVAGE,          // the cluster died during HALT: is its savepoint complete on disk?
    STEP_DROP,             // the old job ends without a savepoint: not wanted, or not possible
    STEP_SNAPSHOT,         // savepoint for a manual snapshot
    STEP_SNAPSHOT_DONE,    // record where
    STEP_SNAPSHOT_FAILED,  // record that
    STEP_SNAPSHOT_AGAIN,   // it failed, and another may succeed: by another trigger
    STEP_HALT_AGAIN,       // the same of the savepoint of HALT
    STEP_SNAPSHOT_SALVAGE, // the cluster died meanwhile: is it complete on disk?
    STEP_NOTE_CHECKPOINT,  // record the newest completed checkpoint
    STEP_NOTE_RESTART,     // record that Flink restarted the job
    STEP_ROLL_BACK,        // the update failed: go back to the version before
    STEP_COMMIT,           // end the move, or the job, with `event`
    STEP_ERASE,            // remove the application
    STEP_KIND_COUNT,
};

// What the launch of a cluster waits for, in the order of how long that may take.
enum launch_wait { LAUNCH_IS_FREE, LAUNCH_WAITS_FOR_TURN, LAUNCH_WAITS_FOR_MEMORY };

// Why the job of slot NEXT could not be restored, in kobel's words (controller/moves/misfit.h).
struct misfit_note {
    char *brief; // for the error of an operation
    char *full;
};

struct plan_view {
    struct cluster_view slots[SLOT_COUNT];
    int64_t memory_used_bytes;   // of all clusters that were launched
    int64_t memory_needed_bytes; // of the next one
    int64_t memory_budget_bytes;
    bool fits_beside; // the memory budget allows the next cluster beside all that run
    bool fits_alone;  // ... or will, once this application's current cluster is gone
    enum launch_wait launch_wait;
    bool is_queued;             // ... and that is reported already
    bool wants_all_tasks;       // a start means that all tasks run, else that the job is RUNNING
    bool is_started;            // the job that is being started has been RUNNING for a moment
    bool awaits_tasks;          // all tasks of the current job run, which is to be reported
    int64_t tasks_missing_ms;   // how long not all tasks of the current job have run; 0 = they do
    bool is_savepoint_hopeless; // the current job is in a loop of restarts, or a batch job
    bool can_roll_back;         // the version that failed asks for it, and there is an earlier one
    bool has_same_program;      // as the version before: the program is not the reason of a failure
    bool has_snapshot;          // a manual snapshot is CREATING
    struct snapshot snapshot;   // the oldest one that is CREATING
    // ... and was completed before kobel was started again. Otherwise it is asked for again then,
    // once the job is up.
    bool is_snapshot_on_disk;
    // Why what is in progress is given up, in words for the user: a phase exceeded its limit, or a
    // step fails again and again (controller/moves/progress.h). "" = it is not.
    char hopeless[APP_FAILURE_SIZE];
    enum step_kind failing;           // that step; STEP_WAIT = none
    const struct misfit_note *misfit; // NULL = nothing is known; not used by the plan
    int64_t running_ms;               // the least that RUNNING is shown, of the service's clock
    int64_t shown_ms; // so long, of the service's clock: see controller/moves/plan_shown.h
};

struct step {
    enum step_kind kind;
    enum app_slot slot;
    enum app_event event;
    int64_t again_at_ms; // STEP_WAIT: 0 = only when something changes
    const char *reason;  // for the log; a literal
};

const char *step_kind_name(enum step_kind kind);

struct step plan_next(const struct app *app, const struct plan_view *view, int64_t now_ms);

// The phase of a move, or of a recovery: limits of time apply to it.
enum move_phase {
    PHASE_NONE,    // nothing is in progress, or it is done at once
    PHASE_WAITS,   // a cluster is to be launched, later
    PHASE_PREPARE, // the cluster boots
    PHASE_HALT,    // the old job is being stopped
    PHASE_START,   // SUBMIT and CONFIRM
};

// `*out_slot`: whose placement it is about.
enum move_phase plan_phase(const struct app *app, const struct plan_view *view,
                           enum app_slot *out_slot);
