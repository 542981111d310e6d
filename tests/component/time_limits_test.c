// Limits of time: a move that hangs ends after its limit, whatever happens to the wall clock.
#include "fakes/fake_commands.h"
#include "fakes/fake_world_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sqlite3.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(time_limits, .init = set_up, .fini = tear_down);

static enum app_status status(void) {
    return fake_world_app(&world, "a").status;
}

// Runs for so many seconds of real time.
static void pass(int seconds) {
    fake_world_run(&world, 4 * seconds);
}

static void expect_operation(const char *name, enum operation_status wanted, const char *words) {
    struct operation operation = fake_world_operation(&world, "a");

    cr_assert(eq(str, operation.name, (char *)name));
    cr_assert(eq(int, operation.status, wanted), "%s", operation.error);
    cr_assert(strstr(operation.error, words) != NULL, "'%s' in '%s'", words, operation.error);
}

Test(time_limits, a_start_that_hangs_ends_after_its_limit) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    fake_clusters_hang_jobs(world.clusters, true);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    pass(590);
    cr_assert(eq(int, status(), APP_STARTING));
    pass(20);
    cr_assert(eq(int, status(), APP_READY));
    expect_operation("StartApplication", OPERATION_FAILED, "only 0 of 4 tasks");
    cr_assert(
        eq(int, fake_world_count_events(&world, "a", "kind", "error", "only 0 of 4 tasks"), 1));
}

Test(time_limits, an_update_that_hangs_is_rolled_back_and_a_roll_back_that_hangs_ends_ready) {
    fake_world_create_running(&world, "a");
    cr_assert(command_enable_roll_back(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
    int counted = fake_clusters_running_count(world.clusters);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    fake_clusters_hang_jobs(world.clusters, true);
    pass(590);
    cr_assert(eq(int, status(), APP_UPDATING));
    pass(20);
    cr_assert(eq(int, status(), APP_ROLLING_BACK));
    pass(590);
    cr_assert(eq(int, status(), APP_ROLLING_BACK));
    pass(20);
    cr_assert(eq(int, status(), APP_READY));
    expect_operation("RollbackApplication", OPERATION_FAILED, "only 0 of 4 tasks");
    // The broker is back: nothing was lost.
    fake_clusters_hang_jobs(world.clusters, false);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(fake_clusters_running_count(world.clusters) >= counted);
}

Test(time_limits, a_recovery_that_hangs_continues_and_is_reported) {
    fake_world_create_running(&world, "a");
    fake_clusters_hang_jobs(world.clusters, true);
    fake_world_lose_cluster(&world, "a");
    pass(700);
    cr_assert(eq(int, status(), APP_RUNNING));
    cr_assert(eq(int,
                 fake_world_count_events(&world, "a", "kind", "recovery",
                                         "does not have all its tasks running"),
                 1));
    fake_world_expect_trouble(&world, "a", "all its tasks");
    // A stop waits for it no longer than a start.
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    pass(620);
    cr_assert(eq(int, status(), APP_RUNNING));
    expect_operation("StopApplication", OPERATION_FAILED, "only 0 of 4 tasks");
}

Test(time_limits, do_not_depend_on_the_wall_clock) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    fake_clusters_hang_jobs(world.clusters, true);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    pass(10);
    for (int days = 0; days < 10; days++) {
        world.now_ms += 86400000;
        pass(1);
    }
    cr_assert(eq(int, status(), APP_STARTING));
    // Nor of a daemon that was halted.
    for (int days = 0; days < 10; days++) {
        world.elapsed_ms += 86400000;
        pass(1);
    }
    cr_assert(eq(int, status(), APP_STARTING));
    pass(600);
    cr_assert(eq(int, status(), APP_READY));
}

Test(time_limits, do_not_delay_a_recovery_when_the_clock_is_set_back) {
    fake_world_create_running(&world, "a");
    for (int death = 0; death < 4; death++) {
        fake_world_lose_cluster(&world, "a");
        fake_world_run(&world, 1);
        if (death < 3) cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
        for (int turn = 0; death < 3 && turn < 20; turn++)
            fake_world_run(&world, 1);
    }
    world.now_ms -= 3600000;
    pass(10);
    cr_assert(eq(int, fake_world_app(&world, "a").slots[SLOT_CURRENT].phase, PLACEMENT_UP));
}

Test(time_limits, are_never_negative_in_events) {
    fake_world_create_running(&world, "a");
    fake_world_lose_cluster(&world, "a");
    fake_world_run(&world, 1);
    world.now_ms -= 3600000;
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    pass(10);
    cr_assert(eq(int, fake_world_count_events(&world, "a", "kind", "recovery", ": it took "), 1));
    cr_assert(eq(int, fake_world_count_events(&world, "a", "kind", "recovery", ": it took -"), 0));
}

static void execute(const char *sql) {
    sqlite3 *raw = NULL;

    cr_assert(eq(int, sqlite3_open(world.path, &raw), SQLITE_OK));
    cr_assert(eq(int, sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK));
    cr_assert(eq(int, sqlite3_close(raw), SQLITE_OK));
}

Test(time_limits, a_stop_whose_end_cannot_be_recorded_is_not_reverted) {
    fake_world_create_running(&world, "a");
    execute("CREATE TRIGGER no_end BEFORE UPDATE ON operation"
            " BEGIN SELECT RAISE(ABORT, 'the operation cannot end'); END");
    // Nearly as long as a stop may take.
    fake_clusters_delay_savepoint(world.clusters, 4 * 3890);
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    pass(4000);
    cr_assert(eq(int, status(), APP_STOPPING));
    cr_assert(fake_world_app(&world, "a").move.halted);
    execute("DROP TRIGGER no_end");
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    expect_operation("StopApplication", OPERATION_SUCCESSFUL, "");
}
