// Torture (style.md, after curl): a scenario is run once to count its port calls and commits. Then
// it is run again for each of them, with that one failing, and again with the daemon dying there.
// Every run has to end in the same state, and nothing that was counted may be lost.
#include "base/digest.h"
#include "base/text.h"
#include "fakes/fake_world.h"
#include "storage/snapshot_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const char UPDATE[] =
    "{\"FlinkApplicationConfigurationUpdate\":{\"ParallelismConfigurationUpdate\":"
    "{\"ConfigurationTypeUpdate\":\"CUSTOM\",\"ParallelismUpdate\":4}}}";

// A command that a dying daemon did not take is given again by its user.
typedef bool command_fn(struct fake_world *world, struct error *err);

struct scenario {
    const char *name;
    command_fn *command;
    enum app_status before; // the status in which the command is not taken yet
    enum app_status end;
    bool runs_at_end;
    command_fn *prepare; // given to the running application first; NULL = nothing
    int version_at_end;  // 0 = as it was created
};

static bool command_start(struct fake_world *world, struct error *err) {
    return fake_world_start(world, "a", err);
}

static bool command_stop(struct fake_world *world, struct error *err) {
    return fake_world_stop(world, "a", false, err);
}

static bool command_force_stop(struct fake_world *world, struct error *err) {
    return fake_world_stop(world, "a", true, err);
}

static bool command_update(struct fake_world *world, struct error *err) {
    return fake_world_update(world, "a", UPDATE, err);
}

static bool command_snapshot(struct fake_world *world, struct error *err) {
    return app_service_create_snapshot(world->service, &world->scope, "a", "s", err);
}

static bool command_delete(struct fake_world *world, struct error *err) {
    struct app app = fake_world_app(world, "a");

    return app_service_delete(world->service, &world->scope, "a", app.created_at_ms / 1000, err);
}

static bool command_roll_back(struct fake_world *world, struct error *err) {
    return fake_world_roll_back(world, "a", err);
}

// An update whose job Flink refuses, of an application that goes back by itself.
static bool command_bad_update(struct fake_world *world, struct error *err) {
    char digest[DIGEST_SHA256_HEX_SIZE];

    digest_sha256_hex("bad.jar", strlen("bad.jar"), digest);
    fake_clusters_reject_code(world->clusters, digest);
    return fake_world_update(
        world, "a",
        "{\"ApplicationSystemRollbackConfigurationUpdate\":{\"RollbackEnabledUpdate\":true},"
        "\"ApplicationCodeConfigurationUpdate\":{\"CodeContentUpdate\":{"
        "\"S3ContentLocationUpdate\":{\"FileKeyUpdate\":\"bad.jar\"}}}}",
        err);
}

// The autoscaler's move: nobody commands it, so nothing is to be given again.
static bool command_burn(struct fake_world *world, struct error *err) {
    (void)err;
    fake_world_burn(world);
    return true;
}

static const struct scenario scenarios[] = {
    {"start", command_start, APP_READY, APP_RUNNING, true, NULL, 1},
    {"update", command_update, APP_RUNNING, APP_RUNNING, true, NULL, 2},
    {"snapshot", command_snapshot, APP_RUNNING, APP_RUNNING, true, NULL, 1},
    {"stop", command_stop, APP_RUNNING, APP_READY, false, NULL, 1},
    {"force-stop", command_force_stop, APP_RUNNING, APP_READY, false, NULL, 1},
    {"delete", command_delete, APP_RUNNING, APP_STATUS_COUNT, false, NULL, 0},
    {"roll-back", command_roll_back, APP_RUNNING, APP_RUNNING, true, command_update, 3},
    {"scale", command_burn, APP_RUNNING, APP_RUNNING, true, NULL, 1},
    {"system-roll-back", command_bad_update, APP_RUNNING, APP_RUNNING, true, NULL, 3},
};

struct fault {
    int failing_call;
    int failing_commit;
    int crashing_commit;
    int crashing_turn; // the daemon dies between two turns
};

static void settle(struct fake_world *world) {
    for (int turn = 0; turn < 120; turn++) {
        if (world->is_dead) fake_world_crash(world);
        fake_world_run(world, 1);
    }
}

// Gives the command until it is taken: a daemon that died before it was on record never said yes.
static void give(struct fake_world *world, const struct scenario *scenario) {
    struct error err;

    for (int attempt = 0; attempt < 3; attempt++) {
        if (scenario->command(world, &err)) return;
        if (world->is_dead) fake_world_crash(world);
        struct app app = fake_world_app(world, "a");
        // The commit may have been the one that died after it was durable: then the status says
        // that it was taken.
        if (app.status != scenario->before) return;
    }
    cr_assert(false, "%s is never taken: %s", scenario->name, err.message);
}

static void check_end(struct fake_world *world, const struct scenario *scenario,
                      const struct fault *fault, int counted) {
    struct app app = fake_world_app(world, "a");

    cr_assert(app.status == scenario->end, "%s call=%d commit=%d crash=%d turn=%d: status %d",
              scenario->name, fault->failing_call, fault->failing_commit, fault->crashing_commit,
              fault->crashing_turn, (int)app.status);
    cr_assert(eq(int, fake_clusters_count(world->clusters), scenario->runs_at_end ? 1 : 0),
              "%s call=%d commit=%d crash=%d turn=%d: clusters", scenario->name,
              fault->failing_call, fault->failing_commit, fault->crashing_commit,
              fault->crashing_turn);
    if (scenario->end == APP_STATUS_COUNT) return;
    cr_assert(eq(int, (int)app.version, scenario->version_at_end),
              "%s call=%d commit=%d crash=%d turn=%d: version", scenario->name, fault->failing_call,
              fault->failing_commit, fault->crashing_commit, fault->crashing_turn);
    cr_assert(eq(int, app.move.kind, MOVE_NONE));
    cr_assert(eq(int, app.slots[SLOT_NEXT].phase, PLACEMENT_EMPTY));
    struct snapshot snapshot;
    struct error none;
    cr_assert(
        not(snapshot_store_find_by_status(world->db, app.id, SNAPSHOT_CREATING, &snapshot, &none)));
    if (!scenario->runs_at_end) return;
    cr_assert(eq(int, app.slots[SLOT_CURRENT].phase, PLACEMENT_UP));
    cr_assert(ge(int, fake_clusters_running_count(world->clusters), counted),
              "%s call=%d commit=%d crash=%d turn=%d: state was lost", scenario->name,
              fault->failing_call, fault->failing_commit, fault->crashing_commit,
              fault->crashing_turn);
}

// Runs a scenario with a fault; reports how many calls and commits it took.
static void run(const struct scenario *scenario, const struct fault *fault, int *out_calls,
                int *out_commits) {
    struct fake_world world;
    struct error err;
    int counted = 0;

    fake_world_open(&world);
    cr_assert(fake_world_create(&world, "a", &err));
    if (scenario->before == APP_RUNNING) {
        cr_assert(fake_world_start(&world, "a", &err));
        cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
        fake_world_run(&world, 3);
        counted = fake_clusters_running_count(world.clusters);
    }
    if (scenario->prepare != NULL) {
        cr_assert(scenario->prepare(&world, &err));
        cr_assert(fake_world_run_until(&world, "a", scenario->before));
    }
    int calls = fake_clusters_calls(world.clusters);
    int commits = world.commits;
    if (fault->failing_call > 0)
        fake_clusters_fail_call(world.clusters, calls + fault->failing_call);
    if (fault->failing_commit > 0) world.failing_commit = commits + fault->failing_commit;
    if (fault->crashing_commit > 0) world.crashing_commit = commits + fault->crashing_commit;

    give(&world, scenario);
    if (fault->crashing_turn > 0) {
        fake_world_run(&world, fault->crashing_turn);
        fake_world_crash(&world);
    }
    settle(&world);
    check_end(&world, scenario, fault, counted);
    *out_calls = fake_clusters_calls(world.clusters) - calls;
    *out_commits = world.commits - commits;
    fake_world_close(&world);
}

// The calls and commits that belong to the scenario; a running job's later checkpoints bring more
// without end.
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
    for (int number = 1; number <= at_most(calls, 12); number++) {
        struct fault fault = {.failing_call = number};
        run(scenario, &fault, &ignored, &ignored);
    }
    for (int number = 1; number <= at_most(commits, 16); number++) {
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
    torture(&scenarios[0]);
}

Test(torture, update_ends_running_with_its_state_whatever_fails) {
    torture(&scenarios[1]);
}

Test(torture, snapshot_leaves_the_job_running_whatever_fails) {
    torture(&scenarios[2]);
}

Test(torture, stop_ends_ready_whatever_fails) {
    torture(&scenarios[3]);
}

Test(torture, force_stop_ends_ready_whatever_fails) {
    torture(&scenarios[4]);
}

Test(torture, delete_leaves_nothing_whatever_fails) {
    torture(&scenarios[5]);
}

Test(torture, roll_back_ends_on_the_version_before_whatever_fails) {
    torture(&scenarios[6]);
}

Test(torture, scaling_ends_running_with_its_state_whatever_fails) {
    torture(&scenarios[7]);
}

Test(torture, failed_update_goes_back_by_itself_whatever_fails) {
    torture(&scenarios[8]);
}

// RollbackApplication in the middle of an update, and the daemon's death soon after.
static void roll_back_during_update(int turns, int turns_to_crash) {
    struct fake_world world;
    struct error err;

    fake_world_open(&world);
    cr_assert(fake_world_create(&world, "a", &err));
    cr_assert(fake_world_start(&world, "a", &err));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
    int counted = fake_clusters_running_count(world.clusters);
    cr_assert(fake_world_update(&world, "a", UPDATE, &err));
    fake_world_run(&world, turns);
    bool is_over = fake_world_app(&world, "a").status == APP_RUNNING;
    cr_assert(fake_world_roll_back(&world, "a", &err), "after %d turns: %s", turns, err.message);
    if (turns_to_crash > 0) {
        fake_world_run(&world, turns_to_crash);
        fake_world_crash(&world);
    }
    settle(&world);

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
