// Steps of a move that keep failing: retried with pauses, reported, and given up.
#include "fakes/fake_commands.h"
#include "fakes/fake_world_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(failing_steps, .init = set_up, .fini = tear_down);

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

Test(failing_steps, each_fault_refuse_launch_refuses_one_launch) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    for (int count = 0; count < 2; count++)
        cr_assert(app_service_inject(world.service, &world.scope, "a", "refuse-launch", 0, &err));
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
}

static int calls_in(int seconds) {
    int before = fake_clusters_calls(world.clusters);

    pass(seconds);
    return fake_clusters_calls(world.clusters) - before;
}

Test(failing_steps, a_submission_that_keeps_failing_is_reported_and_fails_the_start) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    fake_clusters_fail_submissions(world.clusters, "stage 'x.jar': No space left on device");
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(calls_in(5) < 10);
    cr_assert(eq(int, status(), APP_STARTING));
    cr_assert(eq(
        int, fake_world_count_events(&world, "a", "kind", "error", "No space left on device"), 1));
    fake_world_expect_trouble(&world, "a", "No space left on device");
    cr_assert(calls_in(115) < 20);
    cr_assert(eq(int, status(), APP_READY));
    expect_operation("StartApplication", OPERATION_FAILED, "No space left on device");
    fake_clusters_fail_submissions(world.clusters, NULL);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_expect_trouble(&world, "a", NULL);
}

Test(failing_steps, a_savepoint_request_that_keeps_failing_leaves_the_old_job_running) {
    fake_world_create_running(&world, "a");
    int counted = fake_clusters_running_count(world.clusters);
    fake_clusters_fail_requests(world.clusters, "make 'snapshots': Permission denied");
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    pass(120);
    cr_assert(eq(int, status(), APP_RUNNING));
    expect_operation("UpdateApplication", OPERATION_FAILED, "Permission denied");
    cr_assert(fake_clusters_running_count(world.clusters) > counted);

    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    pass(120);
    cr_assert(eq(int, status(), APP_RUNNING));
    expect_operation("StopApplication", OPERATION_FAILED, "Permission denied");

    cr_assert(fake_world_take_snapshot(&world, "a", "s", &err));
    pass(120);
    cr_assert(eq(int, fake_world_count_events(&world, "a", "kind", "snapshot", "is FAILED"), 3));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 1));
}

Test(failing_steps, a_recovery_whose_submission_fails_continues_with_other_clusters) {
    fake_world_create_running(&world, "a");
    int counted = fake_clusters_running_count(world.clusters);
    fake_clusters_fail_submissions(world.clusters, "Too many links");
    fake_world_lose_cluster(&world, "a");
    pass(300);
    cr_assert(eq(int, status(), APP_RUNNING));
    cr_assert(fake_world_count_events(&world, "a", "kind", "recovery", "Too many links") >= 2);
    fake_clusters_fail_submissions(world.clusters, NULL);
    pass(60);
    cr_assert(fake_clusters_running_count(world.clusters) >= counted);
}

Test(failing_steps, a_command_does_not_wait_for_a_step_that_is_retried_later) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    fake_clusters_fail_submissions(world.clusters, "Permission denied");
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    pass(20);
    cr_assert(eq(int, status(), APP_STARTING));
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    pass(1);
    cr_assert(eq(int, status(), APP_READY));
}
