// An application that changes the kind of its snapshots.
#include "controller/service/service.h"
#include "fakes/fake_cluster_parts.h"
#include "fakes/fake_snapshots.h"
#include "fakes/fake_world_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    world.uses_enhanced = false;
    fake_world_create_running(&world, "a");
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(snapshot_modes, .init = set_up, .fini = tear_down);

// The newest one of all names.
static struct enhanced_snapshot newest(void) {
    struct enhanced_filter all = {.before_sequence = INT64_MAX};
    struct enhanced_snapshot snapshot = {0};
    size_t count;

    cr_assert(
        app_service_snapshot_list(world.service, &world.scope, &all, &snapshot, 1, &count, &err) &&
        count == 1);
    return snapshot;
}

static const char ENHANCED[] =
    "{\"ApplicationSnapshotConfigurationUpdate\":{\"SnapshotsEnabledUpdate\":true,"
    "\"SnapshotModeUpdate\":\"ENHANCED_SNAPSHOTS\"}}";

Test(snapshot_modes, the_update_that_changes_the_mode_takes_a_snapshot_and_is_rolled_back_from_it) {
    int count = fake_clusters_running_count(world.clusters);
    cr_assert(fake_world_update(&world, "a", ENHANCED, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    struct enhanced_snapshot snapshot = newest();
    cr_assert(eq(int, snapshot.maker, MADE_BY_SYSTEM));
    cr_assert(eq(int, (int)snapshot.app_version, 1));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
    fake_world_run(&world, 3);
    cr_assert(fake_world_roll_back(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(strstr(fake_clusters_restored_from(world.clusters), snapshot.id) != NULL);
    cr_assert(app_service_create_snapshot(world.service, &world.scope, "a", "legacy", &err), "%s",
              err.message);
}

Test(snapshot_modes, a_change_while_ready_does_not_replace_the_state) {
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    struct snapshot snapshot = fake_world_newest_snapshot(&world, "a");
    cr_assert(fake_world_update(&world, "a", ENHANCED, &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(str, fake_clusters_restored_from(world.clusters), snapshot.location));
}
