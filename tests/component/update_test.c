// Updates of an application: the job moves to its next version, or the version before continues.
#include "base/text.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_world_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(update, .init = set_up, .fini = tear_down);

Test(update, moves_a_running_application_to_its_next_version_with_its_state) {
    fake_world_create_running(&world, "a");
    int count = fake_clusters_running_count(world.clusters);

    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_UPDATING));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 2));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));

    struct snapshot snapshot = fake_world_newest_snapshot(&world, "a");
    cr_assert(fake_world_is_system_name(&world, snapshot.name, "UPDATEAPPLICATION", "a"));
    cr_assert(eq(int, (int)snapshot.version, 1));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 1));
    struct operation operation = fake_world_operation(&world, "a");
    cr_assert(eq(int, operation.status, OPERATION_SUCCESSFUL));
    cr_assert(eq(int, (int)operation.version_from, 1));
    cr_assert(eq(int, (int)operation.version_to, 2));
}

Test(update, primes_a_cluster_only_while_the_old_job_runs) {
    fake_world_create_running(&world, "a");
    fake_world_lose_cluster(&world, "a");
    fake_world_run(&world, 6);
    // Neither a start nor a recovery may wait for it.
    cr_assert(eq(int, fake_clusters_primed(world.clusters), 0));

    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, fake_clusters_primed(world.clusters), 1));

    // What did not boot is not asked for more the second time.
    fake_clusters_fail_boots(world.clusters, true);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, fake_clusters_primed(world.clusters), 2));
}

Test(update, updates_a_ready_application_at_once) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_READY));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 2));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
}

Test(update, leaves_the_old_job_running_when_the_next_cluster_does_not_boot) {
    fake_world_create_running(&world, "a");
    int count = fake_clusters_running_count(world.clusters);

    fake_clusters_fail_boots(world.clusters, true);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 1));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_FAILED));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
    cr_assert(eq(str, (char *)fake_clusters_restored_from(world.clusters), ""));
}

Test(update, ends_ready_when_the_new_job_is_rejected_and_roll_back_is_off) {
    fake_world_create_running(&world, "a");
    fake_clusters_reject_next_job(world.clusters, "broken");
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 2));
    cr_assert(eq(str, fake_world_operation(&world, "a").error, "broken"));
    cr_assert(eq(int, fake_world_newest_snapshot(&world, "a").status, SNAPSHOT_READY));
}

Test(update, rolls_a_failed_update_back_on_the_cluster_that_still_runs) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(command_enable_roll_back(&world, &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
    int count = fake_clusters_running_count(world.clusters);
    int64_t clusters = fake_world_app(&world, "a").cluster_count;

    fake_clusters_reject_next_job(world.clusters, "broken");
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_ROLLING_BACK));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));

    struct app app = fake_world_app(&world, "a");
    cr_assert(eq(int, (int)app.version, 4));
    cr_assert(eq(int, (int)(app.cluster_count - clusters), 1)); // only the one that failed
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
    cr_assert(eq(str, fake_world_operation(&world, "a").name, "RollbackApplication"));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
}
