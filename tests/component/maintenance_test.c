// Maintenance in a whole controller: on request, and by the clock in the window of an application.
#include "base/text.h"
#include "fakes/fake_commands.h"
#include "storage/operation_store.h"
#include "storage/snapshot_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const int64_t HOUR_MS = 3600000;
static const char SNAPSHOTS_OFF[] = "{\"ApplicationSnapshotConfigurationUpdate\":"
                                    "{\"SnapshotsEnabledUpdate\":false}}";

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    fake_world_create_running(&world, "a");
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(maintenance, .init = set_up, .fini = tear_down);

// The daemon is started again with --maintenance on.
static void maintain_by_the_clock(void) {
    world.maintains = true;
    fake_world_crash(&world);
    fake_world_run(&world, 40);
}

static size_t count_maintenance(void) {
    struct operation_filter filter = {.name = "ApplicationMaintenance",
                                      .before_sequence = INT64_MAX};
    struct operation list[16];
    size_t count;

    struct app app = fake_world_app(&world, "a");
    cr_assert(operation_store_list(world.db, app.id, &filter, list, 16, &count, &err), "%s",
              err.message);
    return count;
}

// The clock is advanced; then whatever is due has the time to happen.
static void pass_hours(int hours) {
    world.now_ms += hours * HOUR_MS;
    fake_world_run(&world, 60);
}

static enum app_status status(void) {
    return fake_world_app(&world, "a").status;
}

Test(maintenance, on_request_moves_the_job_with_its_state) {
    int count = fake_clusters_running_count(world.clusters);
    struct snapshot snapshot;
    bool found;

    struct app before = fake_world_app(&world, "a");
    cr_assert(command_maintain(&world, &err), "%s", err.message);
    cr_assert(eq(int, status(), APP_MAINTENANCE));
    cr_assert(not(command_maintain(&world, &err)));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    cr_assert(not(command_roll_back(&world, &err)));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    struct app app = fake_world_app(&world, "a");
    struct operation operation = fake_world_operation(&world, "a");
    cr_assert(eq(str, operation.name, "ApplicationMaintenance"));
    cr_assert(eq(int, operation.status, OPERATION_SUCCESSFUL));
    cr_assert(eq(int, (int)operation.version_to, 0));
    cr_assert(eq(int, (int)app.version, 1));
    cr_assert(eq(int, app.current_parallelism, before.current_parallelism));
    cr_assert(ne(str, app.slots[SLOT_CURRENT].cluster_id, before.slots[SLOT_CURRENT].cluster_id));
    cr_assert(snapshot_store_find_latest(world.db, app.id, &snapshot, &found, &err), "%s",
              err.message);
    cr_assert(found);
    cr_assert(fake_world_is_system_name(&world, snapshot.name, "MAINTENANCE", "a"));
    cr_assert(eq(str, (char *)fake_clusters_restored_from(world.clusters), snapshot.location));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
}

Test(maintenance, takes_no_snapshot_where_they_are_disabled) {
    struct snapshot snapshot;
    bool found;

    cr_assert(fake_world_update(&world, "a", SNAPSHOTS_OFF, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(command_maintain(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    struct app app = fake_world_app(&world, "a");
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
    cr_assert(snapshot_store_find_latest(world.db, app.id, &snapshot, &found, &err));
    cr_assert(not(found && text_starts_with(snapshot.name, "MAINTENANCE-")));
}

Test(maintenance, is_for_running_applications) {
    cr_assert(command_stop(&world, &err));
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(not(command_maintain(&world, &err)));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    cr_assert(eq(str, err.message,
                 "Application cannot be maintained in 'READY' state, only in 'RUNNING'"));
    world.maintains = true;
    fake_world_crash(&world);
    pass_hours(12);
    cr_assert(eq(int, status(), APP_READY));
    cr_assert(eq(sz, count_maintenance(), 0));
}

Test(maintenance, that_cannot_stop_the_job_leaves_it_running) {
    struct app before = fake_world_app(&world, "a");

    cr_assert(app_service_inject(world.service, &world.scope, "a", "fail-savepoint", 0, &err), "%s",
              err.message);
    cr_assert(command_maintain(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    struct app app = fake_world_app(&world, "a");
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_FAILED));
    cr_assert(eq(int, (int)app.version, 1));
    cr_assert(eq(str, app.slots[SLOT_CURRENT].cluster_id, before.slots[SLOT_CURRENT].cluster_id));
}

// The clock of a fake world begins at 16:00 UTC; the window of us-east-1 is 03:00 to 11:00.
Test(maintenance, happens_once_in_each_window_where_it_is_on) {
    maintain_by_the_clock();
    pass_hours(10);
    cr_assert(eq(sz, count_maintenance(), 0));
    pass_hours(2);
    cr_assert(eq(sz, count_maintenance(), 1));
    cr_assert(eq(int, status(), APP_RUNNING));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
    pass_hours(3);
    fake_world_crash(&world);
    pass_hours(1);
    cr_assert(eq(sz, count_maintenance(), 1));
    pass_hours(20);
    cr_assert(eq(sz, count_maintenance(), 2));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 1));
}

Test(maintenance, never_happens_by_the_clock_where_it_is_off) {
    pass_hours(12);
    pass_hours(24);
    cr_assert(eq(sz, count_maintenance(), 0));
}

Test(maintenance, of_a_failed_savepoint_waits_for_the_next_window) {
    maintain_by_the_clock();
    cr_assert(app_service_inject(world.service, &world.scope, "a", "fail-savepoint", 0, &err), "%s",
              err.message);
    pass_hours(12);
    pass_hours(1);
    cr_assert(eq(sz, count_maintenance(), 1));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_FAILED));
    cr_assert(eq(int, status(), APP_RUNNING));
    pass_hours(23);
    cr_assert(eq(sz, count_maintenance(), 2));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
}

Test(maintenance, spares_a_job_that_came_up_in_the_window) {
    cr_assert(command_stop(&world, &err));
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    maintain_by_the_clock();
    pass_hours(12);
    cr_assert(command_start(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    pass_hours(1);
    cr_assert(eq(sz, count_maintenance(), 0));
}

Test(maintenance, follows_a_window_that_is_moved_ahead) {
    struct app app;

    maintain_by_the_clock();
    cr_assert(app_service_set_maintenance(world.service, &world.scope, "a", "17:00", &app, &err));
    fake_world_run(&world, 4);
    pass_hours(2);
    cr_assert(eq(sz, count_maintenance(), 1));
}

Test(maintenance, that_the_daemon_dies_in_is_finished_and_not_begun_again) {
    maintain_by_the_clock();
    world.now_ms += 12 * HOUR_MS;
    cr_assert(fake_world_run_until(&world, "a", APP_MAINTENANCE));
    for (int death = 0; death < 4; death++) {
        fake_world_crash(&world);
        fake_world_run(&world, 2);
    }
    fake_world_run(&world, 60);
    cr_assert(eq(int, status(), APP_RUNNING));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
    cr_assert(eq(sz, count_maintenance(), 1));
}

Test(maintenance, leaves_a_job_alone_that_is_in_a_loop_of_restarts) {
    struct app app = fake_world_app(&world, "a");

    for (int count = 0; count < 4; count++) {
        fake_clusters_restart_job(world.clusters, app.slots[SLOT_CURRENT].cluster_id, "it fails");
        fake_world_run(&world, 1);
    }
    cr_assert(not(command_maintain(&world, &err)));
    cr_assert(eq(int, err.kind, ERROR_CONFIGURATION));
    cr_assert(eq(int, status(), APP_RUNNING));
    cr_assert(eq(sz, count_maintenance(), 0));
}
