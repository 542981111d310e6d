// The plan as a table: what is recorded, what is seen, what is done next.
#include "controller/moves/plan.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

enum world {
    NOTHING,
    BOOTING,
    PREPARED,
    SUBMITTING,
    REJECTED,
    PARTLY,
    RUNS,
    STOPPED,
    DEAD,
    FLAPPING,
    EXITED
};

// A cluster as the plan may see it. Jobs are called "job", savepoints "trigger".
static void see(struct cluster_view *view, enum world world) {
    static const struct cluster_view worlds[] = {
        [NOTHING] = {.health = CLUSTER_ABSENT},
        [BOOTING] = {.health = CLUSTER_BOOTING},
        [PREPARED] = {.health = CLUSTER_READY},
        [SUBMITTING] = {.health = CLUSTER_READY, .job = JOB_SUBMITTING, .job_id = "job"},
        [REJECTED] = {.health = CLUSTER_READY, .job = JOB_REJECTED, .job_id = "job"},
        [PARTLY] = {.health = CLUSTER_READY,
                    .job = JOB_RUNNING,
                    .job_id = "job",
                    .tasks_running = 3,
                    .tasks_total = 4},
        [RUNS] = {.health = CLUSTER_READY,
                  .job = JOB_RUNNING,
                  .job_id = "job",
                  .tasks_running = 4,
                  .tasks_total = 4},
        [STOPPED] = {.health = CLUSTER_READY,
                     .job = JOB_FINISHED,
                     .job_id = "job",
                     .savepoint = {.trigger_id = "trigger", .state = SAVEPOINT_COMPLETED}},
        [DEAD] = {.health = CLUSTER_LOST},
        [EXITED] = {.health = CLUSTER_LOST, .is_ended_by_program = true},
        [FLAPPING] = {.health = CLUSTER_READY,
                      .job = JOB_RESTARTING,
                      .job_id = "job",
                      .restarts = 3},
    };

    *view = worlds[world];
}

struct row {
    char name[80];
    enum app_status status;
    enum move_kind move;
    bool halted;
    bool triggered;
    enum placement_phase current;
    enum world seen_current;
    enum placement_phase next;
    enum world seen_next;
    int next_attempt;
    bool tight; // two clusters do not fit
    enum step_kind step;
    enum app_event event;
};

// clang-format off
static struct row rows[] = {
    {"a start begins with a cluster",        APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_PLANNED,   NOTHING,    0, false, STEP_LAUNCH, 0},
    {"... waits for it",                     APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_LAUNCHED,  BOOTING,    0, false, STEP_WAIT, 0},
    {"... submits to it",                    APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_LAUNCHED,  PREPARED,   0, false, STEP_SUBMIT, 0},
    {"... submits again what got lost",      APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_SUBMITTED, PREPARED,   0, false, STEP_SUBMIT, 0},
    {"... waits for main()",                 APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_SUBMITTED, SUBMITTING, 0, false, STEP_WAIT, 0},
    {"... waits for every vertex",           APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_SUBMITTED, PARTLY,     0, false, STEP_WAIT, 0},
    {"... is done",                          APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_SUBMITTED, RUNS,       0, false, STEP_COMMIT, EVENT_UP},
    {"... is refused by Flink",              APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_SUBMITTED, REJECTED,   0, false, STEP_COMMIT, EVENT_ABANDONED},
    {"... is done, although its job restarts", APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_SUBMITTED, FLAPPING, 0, false, STEP_COMMIT, EVENT_UP},
    {"... takes its JobManager along",       APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_SUBMITTED, EXITED,     0, false, STEP_COMMIT, EVENT_ABANDONED},
    {"... loses a process while it starts",  APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_SUBMITTED, DEAD,       0, false, STEP_RELAUNCH, 0},
    {"... loses its daemon",                 APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_SUBMITTED, NOTHING,    0, false, STEP_RELAUNCH, 0},
    {"... loses its cluster while booting",  APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_LAUNCHED,  DEAD,       0, false, STEP_RELAUNCH, 0},
    {"... gives up after three clusters",    APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_PLANNED,   NOTHING,    3, false, STEP_COMMIT, EVENT_ABANDONED},
    {"... does not fit",                     APP_STARTING, MOVE_START, false, false, PLACEMENT_EMPTY, NOTHING, PLACEMENT_PLANNED,   NOTHING,    0, true,  STEP_COMMIT, EVENT_ABANDONED},
    {"an update prepares beside the old job", APP_UPDATING, MOVE_UPDATE, false, false, PLACEMENT_UP, RUNS,    PLACEMENT_PLANNED,   NOTHING,  0, false, STEP_LAUNCH, 0},
    {"... halts when prepared",              APP_UPDATING, MOVE_UPDATE, false, false, PLACEMENT_UP, RUNS,    PLACEMENT_LAUNCHED,  PREPARED, 0, false, STEP_HALT, 0},
    {"... halts first where two do not fit", APP_UPDATING, MOVE_UPDATE, false, false, PLACEMENT_UP, RUNS,    PLACEMENT_PLANNED,   NOTHING,  0, true,  STEP_HALT, 0},
    {"... records where the state is",       APP_UPDATING, MOVE_UPDATE, false, true,  PLACEMENT_UP, STOPPED, PLACEMENT_LAUNCHED,  PREPARED, 0, false, STEP_HALTED, 0},
    {"... submits after that",               APP_UPDATING, MOVE_UPDATE, true,  true,  PLACEMENT_UP, STOPPED, PLACEMENT_LAUNCHED,  PREPARED, 0, false, STEP_SUBMIT, 0},
    {"... salvages a savepoint",             APP_UPDATING, MOVE_UPDATE, false, true,  PLACEMENT_UP, NOTHING, PLACEMENT_LAUNCHED,  PREPARED, 0, false, STEP_SALVAGE, 0},
    {"... takes the checkpoint of the dead", APP_UPDATING, MOVE_UPDATE, false, false, PLACEMENT_UP, DEAD,    PLACEMENT_LAUNCHED,  PREPARED, 0, false, STEP_DROP, 0},
    {"... takes the checkpoint of one that boots again", APP_UPDATING, MOVE_UPDATE, false, false, PLACEMENT_LAUNCHED, BOOTING, PLACEMENT_LAUNCHED, PREPARED, 0, false, STEP_DROP, 0},
    {"... takes the checkpoint of one that is ready again", APP_UPDATING, MOVE_UPDATE, false, false, PLACEMENT_LAUNCHED, PREPARED, PLACEMENT_LAUNCHED, PREPARED, 0, false, STEP_DROP, 0},
    {"... waits for one that comes back",    APP_UPDATING, MOVE_UPDATE, false, false, PLACEMENT_SUBMITTED, PARTLY, PLACEMENT_LAUNCHED, PREPARED, 0, false, STEP_WAIT, 0},
    {"... halts one that has come back",     APP_UPDATING, MOVE_UPDATE, false, false, PLACEMENT_SUBMITTED, RUNS, PLACEMENT_LAUNCHED, PREPARED, 0, false, STEP_HALT, 0},
    {"... gives up waiting for one that flaps", APP_UPDATING, MOVE_UPDATE, false, false, PLACEMENT_SUBMITTED, FLAPPING, PLACEMENT_LAUNCHED, PREPARED, 0, false, STEP_DROP, 0},
    {"... leaves the old job when it cannot prepare", APP_UPDATING, MOVE_UPDATE, false, false, PLACEMENT_UP, RUNS, PLACEMENT_PLANNED, NOTHING, 3, false, STEP_COMMIT, EVENT_REVERTED},
    {"... ends when the new job is refused", APP_UPDATING, MOVE_UPDATE, true,  true,  PLACEMENT_UP, STOPPED, PLACEMENT_SUBMITTED, REJECTED, 0, false, STEP_COMMIT, EVENT_ABANDONED},
    {"a stop halts",                         APP_STOPPING, MOVE_STOP, false, false, PLACEMENT_UP,       RUNS,    PLACEMENT_EMPTY, NOTHING, 0, false, STEP_HALT, 0},
    {"... records where the state is",       APP_STOPPING, MOVE_STOP, false, true,  PLACEMENT_UP,       STOPPED, PLACEMENT_EMPTY, NOTHING, 0, false, STEP_HALTED, 0},
    {"... is done",                          APP_STOPPING, MOVE_STOP, true,  true,  PLACEMENT_UP,       STOPPED, PLACEMENT_EMPTY, NOTHING, 0, false, STEP_COMMIT, EVENT_HALTED},
    {"... brings a dead job back first",     APP_STOPPING, MOVE_STOP, false, false, PLACEMENT_UP,       NOTHING, PLACEMENT_EMPTY, NOTHING, 0, false, STEP_RELAUNCH, 0},
    {"... salvages its savepoint",           APP_STOPPING, MOVE_STOP, false, true,  PLACEMENT_UP,       NOTHING, PLACEMENT_EMPTY, NOTHING, 0, false, STEP_SALVAGE, 0},
    {"a forced stop is done at once",        APP_FORCE_STOPPING, MOVE_FORCE_STOP, false, false, PLACEMENT_UP, RUNS, PLACEMENT_EMPTY, NOTHING, 0, false, STEP_COMMIT, EVENT_HALTED},
    {"a running job is left alone",          APP_RUNNING, MOVE_NONE, false, false, PLACEMENT_UP,        RUNS,    PLACEMENT_EMPTY, NOTHING, 0, false, STEP_WAIT, 0},
    {"... is recovered",                     APP_RUNNING, MOVE_NONE, false, false, PLACEMENT_UP,        DEAD,    PLACEMENT_EMPTY, NOTHING, 0, false, STEP_RELAUNCH, 0},
    {"... is recovered again and again",     APP_RUNNING, MOVE_NONE, false, false, PLACEMENT_SUBMITTED, REJECTED, PLACEMENT_EMPTY, NOTHING, 0, false, STEP_RELAUNCH, 0},
    {"... is up again",                      APP_RUNNING, MOVE_NONE, false, false, PLACEMENT_SUBMITTED, RUNS,    PLACEMENT_EMPTY, NOTHING, 0, false, STEP_SEE_UP, 0},
    {"... may restart by itself",            APP_RUNNING, MOVE_NONE, false, false, PLACEMENT_UP,        FLAPPING, PLACEMENT_EMPTY, NOTHING, 0, false, STEP_NOTE_RESTART, 0},
    {"a deletion erases",                    APP_DELETING, MOVE_DELETE, false, false, PLACEMENT_UP,     RUNS,    PLACEMENT_EMPTY, NOTHING, 0, false, STEP_ERASE, 0},
    {"a ready application waits",            APP_READY, MOVE_NONE, false, false, PLACEMENT_EMPTY,       NOTHING, PLACEMENT_EMPTY, NOTHING, 0, false, STEP_WAIT, 0},
};
// clang-format on

ParameterizedTestParameters(plan, takes_the_step_of_the_table) {
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, plan, takes_the_step_of_the_table) {
    struct app app = {.status = row->status};
    struct plan_view view = {.fits_beside = !row->tight, .fits_alone = true};

    app.move = (struct move){.kind = row->move, .halt = HALT_SAVEPOINT, .halted = row->halted};
    if (row->triggered) (void)text_copy(app.move.trigger_id, sizeof app.move.trigger_id, "trigger");
    app.slots[SLOT_CURRENT] = (struct placement){.phase = row->current, .job_id = "job"};
    app.slots[SLOT_NEXT] =
        (struct placement){.phase = row->next, .job_id = "job", .attempt = row->next_attempt};
    see(&view.slots[SLOT_CURRENT], row->seen_current);
    see(&view.slots[SLOT_NEXT], row->seen_next);
    view.is_savepoint_hopeless = row->seen_current == FLAPPING;

    struct step step = plan_next(&app, &view, 1000);
    cr_assert(step.kind == row->step, "%s: %s", row->name, step_kind_name(step.kind));
    if (step.kind == STEP_COMMIT)
        cr_assert(step.event == row->event, "%s: %s", row->name, app_event_name(step.event));
}

// A start whose job is in slot NEXT of `view`.
static struct step plan_start(const struct plan_view *view) {
    struct app app = {.status = APP_STARTING, .move = {.kind = MOVE_START}};

    app.slots[SLOT_NEXT] = (struct placement){.phase = PLACEMENT_SUBMITTED, .job_id = "job"};
    return plan_next(&app, view, 0);
}

Test(plan, takes_the_status_of_the_job_for_a_start) {
    struct plan_view view = {.fits_beside = true};
    struct cluster_view *next = &view.slots[SLOT_NEXT];

    // Its tasks start within a moment, or Flink fails the job.
    see(next, PARTLY);
    cr_assert(eq(int, plan_start(&view).kind, STEP_WAIT));
    view.is_started = true;
    cr_assert(eq(int, plan_start(&view).event, EVENT_UP));
    view.is_started = false;
    next->restarts = 1;
    cr_assert(eq(int, plan_start(&view).event, EVENT_UP));
    // FAILING is shown as RESTARTING, and may end in FAILED.
    next->job = JOB_RESTARTING;
    cr_assert(eq(int, plan_start(&view).kind, STEP_WAIT));
    next->job = JOB_FAILED;
    cr_assert(eq(int, plan_start(&view).event, EVENT_ABANDONED));
}

Test(plan, gives_up_a_start_whose_state_cannot_be_read) {
    struct plan_view view = {.fits_beside = true, .is_started = true};
    struct cluster_view *next = &view.slots[SLOT_NEXT];

    see(next, PARTLY);
    next->fails_to_restore = true;
    next->restarts = 2;
    cr_assert(eq(int, plan_start(&view).kind, STEP_WAIT));
    next->restarts = PLAN_RESTARTS_MAX;
    cr_assert(eq(int, plan_start(&view).event, EVENT_ABANDONED));
}

Test(plan, waits_for_all_tasks_where_a_start_means_that) {
    struct plan_view view = {.fits_beside = true, .wants_all_tasks = true, .is_started = true};
    struct cluster_view *next = &view.slots[SLOT_NEXT];

    see(next, PARTLY);
    next->restarts = 2;
    cr_assert(eq(int, plan_start(&view).kind, STEP_WAIT));
    next->restarts = PLAN_RESTARTS_MAX;
    cr_assert(eq(int, plan_start(&view).event, EVENT_ABANDONED));
    see(next, FLAPPING);
    cr_assert(eq(int, plan_start(&view).event, EVENT_ABANDONED));
    see(next, RUNS);
    cr_assert(eq(int, plan_start(&view).event, EVENT_UP));
}

Test(plan, ends_an_update_whose_old_job_restarts_without_end) {
    struct app app = {.status = APP_UPDATING,
                      .move = {.kind = MOVE_UPDATE, .halt = HALT_SAVEPOINT},
                      .run_configuration = {.restore_type = RESTORE_LATEST}};
    struct plan_view view = {.fits_beside = true, .is_savepoint_hopeless = true};

    app.slots[SLOT_CURRENT] = (struct placement){.phase = PLACEMENT_UP, .job_id = "job"};
    app.slots[SLOT_NEXT] = (struct placement){.phase = PLACEMENT_LAUNCHED};
    see(&view.slots[SLOT_CURRENT], FLAPPING);
    see(&view.slots[SLOT_NEXT], PREPARED);
    cr_assert(eq(int, plan_next(&app, &view, 0).event, EVENT_REVERTED));
    // The next job starts without state: nothing may prevent it.
    app.run_configuration.restore_type = RESTORE_SKIP;
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_DROP));
    (void)text_copy(app.move.trigger_id, sizeof app.move.trigger_id, "trigger");
    see(&view.slots[SLOT_CURRENT], RUNS);
    view.is_savepoint_hopeless = false;
    view.slots[SLOT_CURRENT].savepoint =
        (struct savepoint_view){.trigger_id = "trigger", .state = SAVEPOINT_FAILED};
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_DROP));
    app.run_configuration.restore_type = RESTORE_LATEST;
    cr_assert(eq(int, plan_next(&app, &view, 0).event, EVENT_REVERTED));
}

Test(plan, takes_savepoints_when_all_tasks_run_or_do_not_come) {
    struct app app = {.status = APP_STOPPING, .move = {.kind = MOVE_STOP, .halt = HALT_SAVEPOINT}};
    struct plan_view view = {.fits_beside = true, .tasks_missing_ms = 1};

    app.slots[SLOT_CURRENT] = (struct placement){.phase = PLACEMENT_UP, .job_id = "job"};
    see(&view.slots[SLOT_CURRENT], PARTLY);
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_WAIT));
    view.tasks_missing_ms = PLAN_TASKS_WAIT_MS;
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_HALT));
    view.tasks_missing_ms = 0;
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_HALT));

    app = (struct app){.status = APP_RUNNING, .slots = {app.slots[SLOT_CURRENT]}};
    view.has_snapshot = true;
    view.snapshot = (struct snapshot){.trigger_id = "another"};
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_SNAPSHOT));
    view.tasks_missing_ms = 1;
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_WAIT));
    view.is_savepoint_hopeless = true;
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_SNAPSHOT_FAILED));
}

Test(plan, shows_a_job_that_finishes_at_once_as_running_for_a_while) {
    struct app app = {.status = APP_RUNNING};
    struct placement *current = &app.slots[SLOT_CURRENT];
    struct plan_view view = {.running_ms = PLAN_RUNNING_MIN_MS};

    *current = (struct placement){.phase = PLACEMENT_UP, .job_id = "job", .up_since_ms = 1000000};
    view.slots[SLOT_CURRENT] =
        (struct cluster_view){.health = CLUSTER_READY, .job = JOB_FINISHED, .job_id = "job"};
    cr_assert(eq(int, plan_next(&app, &view, 1000100).kind, STEP_SEE_END));
    // From then on it does not depend on its cluster.
    current->phase = PLACEMENT_ENDED;
    view.slots[SLOT_CURRENT] = (struct cluster_view){.health = CLUSTER_ABSENT};
    struct step step = plan_next(&app, &view, 1000200);
    cr_assert(eq(int, step.kind, STEP_WAIT));
    cr_assert(eq(i64, step.again_at_ms, 1000000 + PLAN_RUNNING_MIN_MS));
    cr_assert(eq(int, plan_next(&app, &view, step.again_at_ms).event, EVENT_FINISHED));
    // The clock was set back.
    cr_assert(eq(int, plan_next(&app, &view, 1).event, EVENT_FINISHED));
    view.has_snapshot = true;
    cr_assert(eq(int, plan_next(&app, &view, 1000200).kind, STEP_SNAPSHOT_SALVAGE));
    view.has_snapshot = false;
    // A stop or an update need not wait.
    app.status = APP_STOPPING;
    app.move = (struct move){.kind = MOVE_STOP, .halt = HALT_SAVEPOINT};
    cr_assert(eq(int, plan_next(&app, &view, 1000200).kind, STEP_DROP));
}

Test(plan, rolls_back_where_that_was_asked_for) {
    struct app app = {.status = APP_UPDATING,
                      .move = {.kind = MOVE_UPDATE, .halt = HALT_SAVEPOINT, .halted = true}};
    struct plan_view view = {.fits_beside = true, .can_roll_back = true};

    app.slots[SLOT_NEXT] = (struct placement){.phase = PLACEMENT_SUBMITTED, .job_id = "job"};
    see(&view.slots[SLOT_NEXT], REJECTED);
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_ROLL_BACK));
}

// How is an update given up, of a version without RollbackEnabled?
static enum step_kind given_up(enum move_kind kind, bool has_same_program, enum world seen,
                               int attempt) {
    struct app app = {.status = APP_UPDATING,
                      .move = {.kind = kind, .halt = HALT_SAVEPOINT, .halted = true}};
    struct plan_view view = {.fits_beside = true, .has_same_program = has_same_program};

    app.slots[SLOT_NEXT] =
        (struct placement){.phase = seen == NOTHING ? PLACEMENT_PLANNED : PLACEMENT_SUBMITTED,
                           .job_id = "job",
                           .attempt = attempt};
    see(&view.slots[SLOT_NEXT], seen);
    return plan_next(&app, &view, 0).kind;
}

Test(plan, goes_back_by_itself_where_the_program_is_not_to_blame) {
    cr_assert(eq(int, given_up(MOVE_UPDATE, true, REJECTED, 0), STEP_COMMIT));
    cr_assert(eq(int, given_up(MOVE_UPDATE, true, EXITED, 0), STEP_COMMIT));
    cr_assert(eq(int, given_up(MOVE_UPDATE, true, NOTHING, 3), STEP_ROLL_BACK));
    cr_assert(eq(int, given_up(MOVE_UPDATE, false, NOTHING, 3), STEP_COMMIT));
    cr_assert(eq(int, given_up(MOVE_SCALE, false, NOTHING, 3), STEP_ROLL_BACK));
    cr_assert(eq(int, given_up(MOVE_SCALE, false, REJECTED, 0), STEP_ROLL_BACK));
    cr_assert(eq(int, given_up(MOVE_MAINTENANCE, false, REJECTED, 0), STEP_ROLL_BACK));
    cr_assert(eq(int, given_up(MOVE_START, true, NOTHING, 3), STEP_COMMIT));
}

static struct step hopeless_stop(bool halted, enum placement_phase current) {
    struct app app = {.status = APP_STOPPING,
                      .move = {.kind = MOVE_STOP, .halt = HALT_SAVEPOINT, .halted = halted}};
    struct plan_view view = {.hopeless = "it takes too long", .failing = STEP_COMMIT};
    enum app_slot slot;

    (void)text_copy(app.move.trigger_id, sizeof app.move.trigger_id, "trigger");
    app.slots[SLOT_CURRENT] = (struct placement){.phase = current, .job_id = "job"};
    see(&view.slots[SLOT_CURRENT], halted ? STOPPED : RUNS);
    cr_assert(eq(int, plan_phase(&app, &view, &slot), halted ? PHASE_NONE : PHASE_HALT));
    return plan_next(&app, &view, 1000);
}

Test(plan, reverts_a_stop_only_while_there_is_a_job_to_go_back_to) {
    cr_assert(eq(int, hopeless_stop(false, PLACEMENT_UP).event, EVENT_REVERTED));
    cr_assert(eq(int, hopeless_stop(true, PLACEMENT_UP).event, EVENT_HALTED));
    cr_assert(eq(int, hopeless_stop(true, PLACEMENT_EMPTY).event, EVENT_HALTED));
}

// A savepoint failed on the cluster that is to be halted, or whose job continues.
static struct step after_failure(enum move_kind kind, bool is_transient, int tries,
                                 const char *trigger_id, int64_t not_before_ms) {
    struct app app = {.status = kind == MOVE_NONE ? APP_RUNNING : APP_STOPPING,
                      .move = {.kind = kind, .halt = HALT_SAVEPOINT}};
    struct plan_view view = {.has_snapshot = kind == MOVE_NONE};

    app.slots[SLOT_CURRENT] = (struct placement){.phase = PLACEMENT_UP, .job_id = "job"};
    (void)text_copy(app.move.trigger_id, sizeof app.move.trigger_id, trigger_id);
    (void)text_copy(view.snapshot.trigger_id, sizeof view.snapshot.trigger_id, trigger_id);
    view.snapshot.tries = tries;
    view.snapshot.not_before_ms = not_before_ms;
    see(&view.slots[SLOT_CURRENT], RUNS);
    view.slots[SLOT_CURRENT].savepoint = (struct savepoint_view){
        .trigger_id = "trigger", .state = SAVEPOINT_FAILED, .is_transient = is_transient};
    return plan_next(&app, &view, 1000);
}

Test(plan, tries_a_savepoint_again_that_a_task_was_missing_for) {
    cr_assert(eq(int, after_failure(MOVE_STOP, true, 0, "trigger", 0).kind, STEP_HALT_AGAIN));
    cr_assert(eq(int, after_failure(MOVE_NONE, true, 0, "trigger", 0).kind, STEP_SNAPSHOT_AGAIN));
    cr_assert(eq(int, after_failure(MOVE_NONE, true, 4, "trigger", 0).kind, STEP_SNAPSHOT_FAILED));
    cr_assert(eq(int, after_failure(MOVE_NONE, false, 0, "trigger", 0).kind, STEP_SNAPSHOT_FAILED));
    cr_assert(eq(int, after_failure(MOVE_STOP, true, 4, "trigger", 0).event, EVENT_REVERTED));
    cr_assert(eq(int, after_failure(MOVE_STOP, false, 0, "trigger", 0).event, EVENT_REVERTED));
    // By another trigger, a little later.
    struct step early = after_failure(MOVE_NONE, true, 2, "another", 1200);
    cr_assert(eq(int, early.kind, STEP_WAIT));
    cr_assert(eq(int, (int)early.again_at_ms, 1200));
    cr_assert(eq(int, after_failure(MOVE_STOP, true, 2, "another", 1200).kind, STEP_WAIT));
    cr_assert(eq(int, after_failure(MOVE_STOP, true, 2, "another", 1000).kind, STEP_HALT));
    cr_assert(eq(int, after_failure(MOVE_NONE, true, 2, "another", 1000).kind, STEP_SNAPSHOT));
    // The clock was set back meanwhile.
    cr_assert(eq(int, after_failure(MOVE_NONE, true, 2, "another", 900000).kind, STEP_SNAPSHOT));
}

Test(plan, leaves_a_failed_cluster_alone_for_a_while) {
    struct app app = {.status = APP_RUNNING};
    struct plan_view view = {.fits_beside = true};

    app.slots[SLOT_CURRENT] =
        (struct placement){.phase = PLACEMENT_PLANNED, .attempt = 9, .not_before_ms = 5000};
    struct step step = plan_next(&app, &view, 1000);
    cr_assert(eq(int, step.kind, STEP_WAIT));
    cr_assert(eq(int, (int)step.again_at_ms, 5000));
    cr_assert(eq(int, plan_next(&app, &view, 5000).kind, STEP_LAUNCH));
}

Test(plan, waits_longer_each_time_and_never_longer_than_a_minute) {
    static const int64_t longest_ms[] = {0, 0, 1000, 2000, 4000, 8000, 16000, 32000, 60000};

    for (int attempt = 1; attempt < 20; attempt++) {
        int64_t most_ms = longest_ms[attempt < 8 ? attempt : 8];
        int64_t delay_ms = plan_backoff_ms(attempt, "0123456789abcdef");
        cr_assert(delay_ms <= most_ms && delay_ms >= most_ms / 4 * 3, "%d: %d", attempt,
                  (int)delay_ms);
    }
    cr_assert(le(int, (int)plan_backoff_ms(1000, "a"), 60000));
}

Test(plan, waits_differently_for_each_application_and_always_the_same_for_one) {
    int64_t least_ms = INT64_MAX;
    int64_t most_ms = 0;

    for (int number = 0; number < 40; number++) {
        char id[APP_ID_SIZE];
        (void)text_format(id, sizeof id, "%016x", number);
        int64_t delay_ms = plan_backoff_ms(8, id);
        cr_assert(eq(int, (int)delay_ms, (int)plan_backoff_ms(8, id)));
        if (delay_ms < least_ms) least_ms = delay_ms;
        if (delay_ms > most_ms) most_ms = delay_ms;
    }
    cr_assert(gt(int, (int)(most_ms - least_ms), 10000));
}

// An hour that the clock was set back is not waited for.
Test(plan, waits_no_longer_for_a_clock_that_was_set_back) {
    struct app app = {.status = APP_RUNNING, .id = "a"};
    struct plan_view view = {.fits_beside = true, .fits_alone = true};

    app.slots[SLOT_CURRENT] =
        (struct placement){.phase = PLACEMENT_PLANNED, .attempt = 3, .not_before_ms = 3602000};
    cr_assert(eq(int, plan_next(&app, &view, 2000).kind, STEP_LAUNCH));
    cr_assert(eq(int, plan_next(&app, &view, 3601999).kind, STEP_WAIT));
    cr_assert(plan_was_stable(-1, false));
}

Test(plan, counts_losses_in_a_row_until_a_cluster_was_up_for_a_while) {
    cr_assert(not(plan_was_stable(59999, false)));
    cr_assert(plan_was_stable(60000, false));
    cr_assert(not(plan_was_stable(4999, true)));
    cr_assert(plan_was_stable(5000, true));
}

Test(plan, notes_a_restart_once) {
    struct app app = {.status = APP_RUNNING, .job_restarts = 3};
    struct plan_view view = {0};

    app.slots[SLOT_CURRENT] = (struct placement){.phase = PLACEMENT_UP, .job_id = "job"};
    see(&view.slots[SLOT_CURRENT], FLAPPING);
    cr_assert(eq(int, plan_next(&app, &view, 1000).kind, STEP_WAIT));
}

Test(plan, asks_again_for_a_snapshot_that_a_death_of_kobel_interrupted) {
    struct app app = {.status = APP_RUNNING,
                      .slots = {[SLOT_CURRENT] = {.phase = PLACEMENT_UP, .job_id = "job"}}};
    struct plan_view view = {.has_snapshot = true, .snapshot = {.trigger_id = "other"}};

    see(&view.slots[SLOT_CURRENT], NOTHING);
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_RELAUNCH));
    view.is_snapshot_on_disk = true;
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_SNAPSHOT_SALVAGE));
    view.is_snapshot_on_disk = false;
    see(&view.slots[SLOT_CURRENT], RUNS);
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_SNAPSHOT));
    see(&view.slots[SLOT_CURRENT], DEAD);
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_SNAPSHOT_SALVAGE));
}

Test(plan, records_a_complete_snapshot_before_it_recovers_the_job_that_is_to_stop) {
    struct app app = {.status = APP_STOPPING,
                      .move = {.kind = MOVE_STOP, .halt = HALT_SAVEPOINT},
                      .slots = {[SLOT_CURRENT] = {.phase = PLACEMENT_UP, .job_id = "job"}}};
    struct plan_view view = {.has_snapshot = true, .snapshot = {.trigger_id = "other"}};

    see(&view.slots[SLOT_CURRENT], NOTHING);
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_RELAUNCH));
    view.is_snapshot_on_disk = true;
    cr_assert(eq(int, plan_next(&app, &view, 0).kind, STEP_SNAPSHOT_SALVAGE));
}
