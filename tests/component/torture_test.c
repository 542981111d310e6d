// Torture (facts/kobel.md 8): a scenario runs once to count its port calls and commits. Then it
// runs again for each of them, first with that one failing, then with the daemon dying there: after
// an intention is recorded and before its call, and after a call and before it is recorded. Every
// run has to end in the same state, without a loss of the job's state.
#include "base/text.h"
#include "fakes/fake_commands.h"
#include "storage/app_store.h"
#include "storage/snapshot_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

struct scenario {
    const char *name;
    command_fn *command;
    enum app_status before; // the status while the command is not accepted yet
    enum app_status end;
    bool runs_at_end;
    command_fn *prepare; // given to the running application first; NULL = nothing
    int version_at_end;  // 0 = as it was created
    // READY at the end, at least: a move whose old job died continues from a checkpoint.
    int snapshots;
    bool is_tight;   // the memory budget has room for one cluster
    bool forgets;    // the state may be lost: the job reached its end
    bool is_unheard; // not recorded when the daemon dies: the job is recovered
};

enum scenario_name {
    START,
    START_AGAIN,
    UPDATE,
    TIGHT_UPDATE,
    SNAPSHOT,
    DELETE_SNAPSHOT,
    STOP,
    FORCE_STOP,
    DELETE,
    ROLL_BACK,
    SCALE,
    MAINTENANCE,
    SYSTEM_ROLL_BACK,
    RECOVERY,
    INCIDENT,
    BAD_UPDATE,
    FAILURE,
    CANCELLATION,
    END,
    REUSED_NAME,
    DEATH_IN_CONFIRM,
    DEATHS_IN_CONFIRM,
    STOP_WHILE_A_TASK_ENDS,
    FORCE_STOP_OF_AN_UPDATE,
};

// clang-format off
static const struct scenario scenarios[] = {
    [START] =            {"start",            command_start,           APP_READY,   APP_RUNNING,      true,  NULL,             1, 0, false},
    [START_AGAIN] =      {"start-again",      command_start,           APP_READY,   APP_RUNNING,      true,  command_stop,     1, 1, false},
    [UPDATE] =           {"update",           command_update,          APP_RUNNING, APP_RUNNING,      true,  NULL,             2, 0, false},
    [TIGHT_UPDATE] =     {"tight-update",     command_update_properties, APP_RUNNING, APP_RUNNING,      true,  NULL,             2, 0, true},
    [SNAPSHOT] =         {"snapshot",         command_snapshot,        APP_RUNNING, APP_RUNNING,      true,  NULL,             1, 0, false},
    [DELETE_SNAPSHOT] =  {"delete-snapshot",  command_delete_snapshot, APP_RUNNING, APP_RUNNING,      true,  command_snapshot, 1, 0, false},
    [STOP] =             {"stop",             command_stop,            APP_RUNNING, APP_READY,        false, NULL,             1, 1, false},
    [FORCE_STOP] =       {"force-stop",       command_force_stop,      APP_RUNNING, APP_READY,        false, NULL,             1, 0, false},
    [DELETE] =           {"delete",           command_delete,          APP_RUNNING, APP_STATUS_COUNT, false, NULL,             0, 0, false},
    [ROLL_BACK] =        {"roll-back",        command_roll_back,       APP_RUNNING, APP_RUNNING,      true,  command_update,   3, 1, false},
    [SCALE] =            {"scale",            command_keep_busy,            APP_RUNNING, APP_RUNNING,      true,  NULL,             1, 0, false},
    [MAINTENANCE] =      {"maintenance",      command_maintain,             APP_RUNNING, APP_RUNNING,      true,  NULL,             1, 0, false},
    [SYSTEM_ROLL_BACK] = {"system-roll-back", command_bad_update_with_roll_back,      APP_RUNNING, APP_RUNNING,      true,  NULL,             3, 0, false},
    [RECOVERY] =         {"recovery",         command_lose_cluster,            APP_RUNNING, APP_RUNNING,      true,  NULL,             1, 0, false},
    [INCIDENT] =         {"incident",         command_bad_update_without_cluster,        APP_RUNNING, APP_READY,        false, NULL,             2, 1, false},
    [BAD_UPDATE] =       {"bad-update",       command_bad_update,    APP_RUNNING, APP_READY,        false, NULL,             2, 1, false},
    [FAILURE] =          {"failure",          command_fail_job,            APP_RUNNING, APP_READY,        false, NULL,             1, 1, false, false, true},
    [CANCELLATION] =     {"cancellation",     command_cancel_job,          APP_RUNNING, APP_READY,        false, NULL,             1, 1, false, false, true},
    [END] =              {"end",              command_finish_job,          APP_RUNNING, APP_READY,        false, NULL,             1, 0, false, true, true},
    [REUSED_NAME] =      {"reused-name",      command_reuse_name,      APP_RUNNING, APP_RUNNING,      true,  command_snapshot, 1, 0, false},
    [DEATH_IN_CONFIRM] = {"death-in-confirm", command_lose_in_confirm,  APP_RUNNING, APP_RUNNING,      true,  NULL,             2, 0, false},
    [DEATHS_IN_CONFIRM] = {"deaths-in-confirm", command_lose_all_in_confirm, APP_RUNNING, APP_RUNNING, true, NULL,           0, 0, false},
    [STOP_WHILE_A_TASK_ENDS] = {"stop-while-a-task-ends", command_stop_while_a_task_ends, APP_RUNNING, APP_READY, false, NULL, 1, 1, false},
    [FORCE_STOP_OF_AN_UPDATE] = {"force-stop-of-an-update", command_force_stop, APP_UPDATING, APP_READY, false, command_update, 2, 1, false},
};
// clang-format on

struct fault {
    int failing_call;
    int crashing_call;
    int failing_commit;
    int crashing_commit;
    int crashing_turn; // the daemon dies between two turns
};

// The newest restore point of an application is never removed: after each turn, whatever failed in
// it, a recorded one is on disk that is at least as new as the one before.
static struct {
    const char *what;
    int durable;
    bool is_off; // the user deletes it, or the job reached its end
} watched;

static void check_restore_points(struct fake_world *world) {
    if (watched.is_off) return;
    int durable = fake_world_durable_count(world, "a");
    cr_assert(ge(int, durable, watched.durable), "%s: a restore point was removed", watched.what);
    watched.durable = durable;
}

static bool is_idle(struct fake_world *world) {
    struct error err;
    struct app app;
    bool found;

    cr_assert(app_store_find(world->db, &world->scope, "a", &app, &found, &err), "%s", err.message);
    if (!found) return true;
    return app.move.kind == MOVE_NONE &&
           (app.status == APP_READY || app.slots[SLOT_CURRENT].phase == PLACEMENT_UP);
}

static void run_to_end(struct fake_world *world) {
    for (int turn = 0; turn < 120 && (turn < 40 || world->is_dead || !is_idle(world)); turn++) {
        if (world->is_dead) fake_world_crash(world);
        check_restore_points(world);
        fake_world_run(world, 1);
    }
}

// Repeats the command until it is accepted: a daemon that died before it was recorded never
// answered.
static void give_command(struct fake_world *world, const struct scenario *scenario) {
    struct error err;

    for (int attempt = 0; attempt < 3; attempt++) {
        if (scenario->command(world, &err)) return;
        if (world->is_dead) fake_world_crash(world);
        struct app app = fake_world_app(world, "a");
        // Where the daemon died after the commit was durable, the status shows the command.
        if (app.status != scenario->before) return;
    }
    cr_assert(false, "%s is never accepted: %s", scenario->name, err.message);
}

static const char *text_of(const struct scenario *scenario, const struct fault *fault) {
    static char text[160];

    (void)text_format(text, sizeof text, "%s call=%d/%d commit=%d/%d turn=%d", scenario->name,
                      fault->failing_call, fault->crashing_call, fault->failing_commit,
                      fault->crashing_commit, fault->crashing_turn);
    return text;
}

// The listed snapshots are complete: none is CREATING, and each READY one has its files.
static void check_snapshots(struct fake_world *world, const struct app *app, int wanted,
                            const char *what) {
    static struct snapshot snapshots[64];
    const struct state_files_port files = fake_clusters_state_files(world->clusters);
    char path[FILE_PATH_MAX];
    struct error err;
    size_t count;
    int ready = 0;

    cr_assert(
        snapshot_store_list_newest(world->db, app->id, INT64_MAX, snapshots, 64, &count, &err));
    for (size_t index = 0; index < count; index++) {
        const struct snapshot *one = &snapshots[index];
        cr_assert(one->status != SNAPSHOT_CREATING, "%s: %s is CREATING", what, one->name);
        if (one->status != SNAPSHOT_READY) continue;
        ready++;
        cr_assert(one->job_id[0] != '\0'
                      ? state_files_find_checkpoint(&files, app->id, one->job_id, path)
                      : state_files_find_savepoint(&files, app->id, one, path),
                  "%s: %s has no files", what, one->name);
    }
    cr_assert(ready >= wanted, "%s: %d snapshots of %d", what, ready, wanted);
}

static void check_end(struct fake_world *world, const struct scenario *scenario,
                      const struct fault *fault, int counted) {
    struct app app = fake_world_app(world, "a");
    const char *what = text_of(scenario, fault);

    bool has_died = fault->crashing_call + fault->crashing_commit + fault->crashing_turn > 0;
    bool is_recovered = scenario->is_unheard && has_died && app.status == APP_RUNNING;
    bool runs = scenario->runs_at_end || is_recovered;
    cr_assert(app.status == scenario->end || is_recovered, "%s: status %d", what, (int)app.status);
    cr_assert(eq(int, fake_clusters_count(world->clusters), runs ? 1 : 0), "%s: clusters", what);
    if (scenario->end == APP_STATUS_COUNT) return;
    if (scenario->version_at_end > 0)
        cr_assert(eq(int, (int)app.version, scenario->version_at_end), "%s: version", what);
    cr_assert(eq(int, app.move.kind, MOVE_NONE), "%s", what);
    cr_assert(eq(int, app.slots[SLOT_NEXT].phase, PLACEMENT_EMPTY), "%s", what);
    check_snapshots(world, &app, is_recovered ? 0 : scenario->snapshots, what);
    if (!runs && !scenario->forgets)
        cr_assert(ge(int, fake_world_latest_count(world, "a"), watched.durable),
                  "%s: the next start would lose state", what);
    if (!runs || scenario->forgets) return;
    cr_assert(eq(int, app.slots[SLOT_CURRENT].phase, PLACEMENT_UP), "%s", what);
    cr_assert(ge(int, fake_clusters_running_count(world->clusters), counted), "%s: state was lost",
              what);
}

// Runs a scenario with a fault; reports how many calls and commits it took.
static void run(const struct scenario *scenario, const struct fault *fault, int *out_calls,
                int *out_commits) {
    struct fake_world world;
    struct error err;
    int counted = 0;

    fake_world_open(&world);
    watched.what = text_of(scenario, fault);
    watched.durable = -1;
    watched.is_off = scenario->end == APP_STATUS_COUNT || scenario->forgets;
    world.after_turn = check_restore_points;
    if (scenario->is_tight) {
        world.memory_budget_bytes = (int64_t)1 << 30; // one cluster of the dev profile, not two
        fake_world_crash(&world);
    }
    cr_assert(fake_world_create(&world, "a", &err));
    if (scenario->before == APP_RUNNING || scenario->prepare != NULL) {
        cr_assert(fake_world_start(&world, "a", &err));
        cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
        fake_world_run(&world, 3);
        counted = fake_clusters_running_count(world.clusters);
    }
    if (scenario->prepare != NULL) {
        cr_assert(scenario->prepare(&world, &err));
        cr_assert(fake_world_run_until(&world, "a", scenario->before));
        fake_world_run(&world, 3);
    }
    int calls = fake_clusters_calls(world.clusters);
    int commits = world.commits;
    if (fault->failing_call > 0)
        fake_clusters_fail_call(world.clusters, calls + fault->failing_call);
    if (fault->crashing_call > 0)
        fake_clusters_die_at_call(world.clusters, calls + fault->crashing_call, &world.is_dead);
    if (fault->failing_commit > 0) world.failing_commit = commits + fault->failing_commit;
    if (fault->crashing_commit > 0) world.crashing_commit = commits + fault->crashing_commit;

    give_command(&world, scenario);
    if (fault->crashing_turn > 0) {
        fake_world_run(&world, fault->crashing_turn);
        fake_world_crash(&world);
    }
    run_to_end(&world);
    check_end(&world, scenario, fault, counted);
    *out_calls = fake_clusters_calls(world.clusters) - calls;
    *out_commits = world.commits - commits;
    fake_world_close(&world);
}

// Limits the calls and commits to those of the scenario; later checkpoints of a running job cause
// more without end.
static int at_most(int count, int limit) {
    return count < limit ? count : limit;
}

static void torture(const struct scenario *scenario) {
    struct fault none = {0};
    int calls;
    int commits;
    int ignored;

    run(scenario, &none, &calls, &commits);
    cr_assert(gt(int, commits, 0));
    for (int number = 1; number <= at_most(calls, 16); number++) {
        struct fault failing = {.failing_call = number};
        struct fault crashing = {.crashing_call = number};
        run(scenario, &failing, &ignored, &ignored);
        run(scenario, &crashing, &ignored, &ignored);
    }
    for (int number = 1; number <= at_most(commits, 24); number++) {
        struct fault failing = {.failing_commit = number};
        struct fault crashing = {.crashing_commit = number};
        run(scenario, &failing, &ignored, &ignored);
        run(scenario, &crashing, &ignored, &ignored);
    }
    for (int turn = 1; turn <= 10; turn++) {
        struct fault fault = {.crashing_turn = turn};
        run(scenario, &fault, &ignored, &ignored);
    }
}

Test(torture, start_ends_running_whatever_fails) {
    torture(&scenarios[START]);
}

Test(torture, start_after_a_stop_has_its_state_whatever_fails) {
    torture(&scenarios[START_AGAIN]);
}

Test(torture, update_ends_running_with_its_state_whatever_fails) {
    torture(&scenarios[UPDATE]);
}

Test(torture, update_without_room_for_two_ends_running_with_its_state_whatever_fails) {
    torture(&scenarios[TIGHT_UPDATE]);
}

Test(torture, snapshot_leaves_the_job_running_whatever_fails) {
    torture(&scenarios[SNAPSHOT]);
}

Test(torture, deletion_of_a_snapshot_leaves_the_job_running_whatever_fails) {
    torture(&scenarios[DELETE_SNAPSHOT]);
}

Test(torture, stop_ends_ready_whatever_fails) {
    torture(&scenarios[STOP]);
}

Test(torture, force_stop_ends_ready_whatever_fails) {
    torture(&scenarios[FORCE_STOP]);
}

Test(torture, delete_leaves_nothing_whatever_fails) {
    torture(&scenarios[DELETE]);
}

Test(torture, roll_back_ends_on_the_version_before_whatever_fails) {
    torture(&scenarios[ROLL_BACK]);
}

Test(torture, scaling_ends_running_with_its_state_whatever_fails) {
    torture(&scenarios[SCALE]);
}

Test(torture, maintenance_ends_running_with_its_state_whatever_fails) {
    torture(&scenarios[MAINTENANCE]);
}

Test(torture, failed_update_goes_back_by_itself_whatever_fails) {
    torture(&scenarios[SYSTEM_ROLL_BACK]);
}

Test(torture, recovery_ends_running_with_its_state_whatever_fails) {
    torture(&scenarios[RECOVERY]);
}

Test(torture, update_that_fails_without_a_cluster_keeps_the_state_whatever_fails) {
    torture(&scenarios[INCIDENT]);
}

Test(torture, update_that_fails_keeps_the_state_whatever_fails) {
    torture(&scenarios[BAD_UPDATE]);
}

Test(torture, failed_job_keeps_its_state_whatever_fails) {
    torture(&scenarios[FAILURE]);
}

Test(torture, cancelled_job_keeps_its_state_whatever_fails) {
    torture(&scenarios[CANCELLATION]);
}

Test(torture, bounded_job_ends_ready_whatever_fails) {
    torture(&scenarios[END]);
}

Test(torture, name_of_a_snapshot_can_be_used_again_whatever_fails) {
    torture(&scenarios[REUSED_NAME]);
}

Test(torture, update_survives_a_death_while_the_new_job_starts_whatever_fails) {
    torture(&scenarios[DEATH_IN_CONFIRM]);
}

Test(torture, update_of_the_same_code_goes_back_after_many_deaths_whatever_fails) {
    torture(&scenarios[DEATHS_IN_CONFIRM]);
}

Test(torture, stop_is_tried_again_when_a_task_ends_whatever_fails) {
    torture(&scenarios[STOP_WHILE_A_TASK_ENDS]);
}

Test(torture, force_stop_of_an_update_keeps_the_state_whatever_fails) {
    torture(&scenarios[FORCE_STOP_OF_AN_UPDATE]);
}

// RollbackApplication during an update, and the daemon's death soon after.
static void roll_back_during_update(int turns, int turns_to_crash) {
    struct fake_world world;
    struct error err;

    fake_world_open(&world);
    watched.what = "roll back during an update";
    watched.durable = -1;
    watched.is_off = false;
    world.after_turn = check_restore_points;
    fake_world_create_running(&world, "a");
    int counted = fake_clusters_running_count(world.clusters);
    cr_assert(fake_world_update(&world, "a", UPDATE_TO_FOUR, &err));
    fake_world_run(&world, turns);
    bool is_over = fake_world_app(&world, "a").status == APP_RUNNING;
    cr_assert(fake_world_roll_back(&world, "a", &err), "after %d turns: %s", turns, err.message);
    if (turns_to_crash > 0) {
        fake_world_run(&world, turns_to_crash);
        fake_world_crash(&world);
    }
    run_to_end(&world);

    struct app app = fake_world_app(&world, "a");
    cr_assert(eq(int, app.status, APP_RUNNING), "after %d and %d turns", turns, turns_to_crash);
    cr_assert(eq(int, (int)app.version, 3));
    cr_assert(eq(int, (int)app.slots[SLOT_CURRENT].version, 3));
    cr_assert(eq(int, app.slots[SLOT_CURRENT].parallelism, 1), "after %d turns", turns);
    cr_assert(eq(int, app.current_parallelism, 1));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 1));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), counted));
    struct operation operation = fake_world_operation(&world, "a");
    cr_assert(eq(str, operation.name, "RollbackApplication"));
    cr_assert(eq(int, operation.status, OPERATION_SUCCESSFUL), "after %d turns, over %d", turns,
              is_over);
    fake_world_close(&world);
}

Test(torture, roll_back_interrupts_an_update_at_any_turn) {
    for (int turns = 0; turns <= 10; turns++)
        for (int turns_to_crash = 0; turns_to_crash <= 6; turns_to_crash++)
            roll_back_during_update(turns, turns_to_crash);
}
