// Changes of the runtime environment: when it is checked that the state fits
// (facts/service.md 8.2).
#include "fakes/fake_commands.h"
#include "fakes/fake_world_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define TO(runtime)   "\"RuntimeEnvironmentUpdate\":\"" runtime "\""
#define RESTORE(type) "\"RunConfigurationUpdate\":{\"ApplicationRestoreConfiguration\":{" type "}}"
#define SKIP          RESTORE("\"ApplicationRestoreType\":\"SKIP_RESTORE_FROM_SNAPSHOT\"")
#define FROM_S                                                                                     \
    RESTORE("\"ApplicationRestoreType\":\"RESTORE_FROM_CUSTOM_SNAPSHOT\",\"SnapshotName\":\"s\"")

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    world.uses_enhanced = false; // these need Flink 1.20
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(runtime_change, .init = set_up, .fini = tear_down);

static void change(const char *members) {
    cr_assert(fake_world_change(&world, "a", members, &err), "%s", err.message);
}

static void expect_refused(bool is_done, const char *words) {
    cr_assert(not(is_done));
    cr_assert(eq(int, err.kind, ERROR_INVALID), "%s", err.message);
    cr_assert(strstr(err.message, words) != NULL, "%s", err.message);
}

static void run_until(enum app_status status) {
    cr_assert(fake_world_run_until(&world, "a", status));
    fake_world_run(&world, 3);
}

Test(runtime_change, of_a_ready_application_goes_up_and_down) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    change("{" TO("FLINK-2_3") "}");
    change("{" TO("FLINK-1_19") "}");
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 3));
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    run_until(APP_RUNNING);
}

Test(runtime_change, is_checked_by_the_start_against_its_snapshot_only) {
    fake_world_create_running(&world, "a");
    cr_assert(command_snapshot(&world, &err), "%s", err.message);
    fake_world_run(&world, 3);
    cr_assert(command_stop(&world, &err), "%s", err.message);
    run_until(APP_READY);
    change("{" TO("FLINK-1_19") "}");

    expect_refused(fake_world_start(&world, "a", &err), "is of runtime environment FLINK-1_20");
    expect_refused(fake_world_start_from(&world, "a", RESTORE_CUSTOM, "s", &err),
                   "Snapshot s is of");
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_READY));
    cr_assert(fake_world_start_from(&world, "a", RESTORE_SKIP, NULL, &err), "%s", err.message);
    run_until(APP_RUNNING);
    cr_assert(eq(str, (char *)fake_clusters_restored_from(world.clusters), ""));
}

Test(runtime_change, that_a_running_job_cannot_follow_leaves_it_running) {
    fake_world_create_running(&world, "a");
    int counted = fake_clusters_running_count(world.clusters);

    expect_refused(fake_world_change(&world, "a", "{" TO("FLINK-1_19") "}", &err),
                   "The state of the running job is of runtime environment FLINK-1_20");
    struct app app = fake_world_app(&world, "a");
    cr_assert(eq(int, app.status, APP_RUNNING));
    cr_assert(eq(int, (int)app.version, 1));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), counted));
    cr_assert(eq(str, fake_world_operation(&world, "a").name, "StartApplication"));

    change("{" TO("FLINK-1_19") "," SKIP "}");
    run_until(APP_RUNNING);
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 2));
}

Test(runtime_change, of_a_running_job_is_checked_against_the_snapshot_that_is_named) {
    fake_world_create_running(&world, "a");
    cr_assert(command_snapshot(&world, &err), "%s", err.message);
    fake_world_run(&world, 3);
    expect_refused(fake_world_change(&world, "a", "{" TO("FLINK-1_19") "," FROM_S "}", &err),
                   "Snapshot s is of runtime environment FLINK-1_20");
    change("{" TO("FLINK-2_2") "}");
    run_until(APP_RUNNING);
    // Back to the version that took it: the state of the running job would not do.
    expect_refused(fake_world_change(&world, "a", "{" TO("FLINK-1_20") "}", &err), "FLINK-2_2");
    change("{" TO("FLINK-1_20") "," FROM_S "}");
    run_until(APP_RUNNING);
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 3));
}

Test(runtime_change, without_snapshots_is_not_checked) {
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_update(&world, "a",
                                "{\"ApplicationSnapshotConfigurationUpdate\":"
                                "{\"SnapshotsEnabledUpdate\":false}}",
                                &err),
              "%s", err.message);
    run_until(APP_RUNNING);
    change("{" TO("FLINK-1_18") "}");
    run_until(APP_RUNNING);
    cr_assert(eq(str, (char *)fake_clusters_restored_from(world.clusters), ""));
}
