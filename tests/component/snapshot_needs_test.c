// What must stay of enhanced snapshots while something needs it, and how many there may be.
#include "base/text.h"
#include "controller/service/service.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_snapshots.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    world.uses_enhanced = true;
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_take_snapshot(&world, "a", "s", &err), "%s", err.message);
    fake_world_run(&world, 5);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(snapshot_needs, .init = set_up, .fini = tear_down);

static bool import(void) {
    struct snapshot_answer answer;

    return fake_snapshots_import(&world, "i", &answer, &err);
}

static enum snapshot_status status(void) {
    return fake_snapshots_find(&world, "s").status;
}

Test(snapshot_needs, a_rule_of_retention_waits_for_an_export) {
    struct snapshot_answer answer;

    cr_assert(fake_snapshots_export(&world, "s", &answer, &err), "%s", err.message);
    cr_assert(retention_policy_parse("keep=1", &world.service->retention, &err));
    cr_assert(fake_world_take_snapshot(&world, "a", "t", &err), "%s", err.message);
    fake_world_run(&world, 10);
    cr_assert(eq(int, status(), SNAPSHOT_DELETING));
    cr_assert(fake_transfer_complete(&world.transfers, answer.operation.id, 1));
    fake_world_run(&world, 4);
    cr_assert(eq(int, status(), SNAPSHOT_STATUS_COUNT));
}

Test(snapshot_needs, a_rule_of_retention_leaves_the_files_that_another_job_was_started_from) {
    struct snapshot snapshot;

    cr_assert(fake_world_find_snapshot(&world, "a", "s", &snapshot, &err));
    fake_clusters_disable_checkpoints(world.clusters);
    cr_assert(fake_world_create(&world, "b", &err));
    cr_assert(fake_snapshots_start(&world, "b", "s", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "b", APP_RUNNING));
    cr_assert(retention_policy_parse("keep=1", &world.service->retention, &err));
    cr_assert(fake_world_take_snapshot(&world, "a", "t", &err), "%s", err.message);
    fake_world_run(&world, 10);
    cr_assert(eq(int, status(), SNAPSHOT_STATUS_COUNT));
    cr_assert(ge(int, fake_clusters_count_at(world.clusters, snapshot.location), 0));
    struct app app = fake_world_app(&world, "b");
    cr_assert(app_service_delete(world.service, &world.scope, "b", app.created_at_ms / 1000, &err));
    fake_world_run(&world, 140);
    cr_assert(eq(int, fake_clusters_count_at(world.clusters, snapshot.location), -1));
}

Test(snapshot_needs, imports_and_exports_are_limited_in_number) {
    struct snapshot_answer answer;

    world.service->limits.snapshot_transfers = 1;
    cr_assert(fake_snapshots_export(&world, "s", &answer, &err), "%s", err.message);
    cr_assert(not(import()));
    cr_assert(eq(int, err.kind, ERROR_LIMIT));
    fake_world_run(&world, 1);
    cr_assert(fake_transfer_complete(&world.transfers, answer.operation.id, 1));
    fake_world_run(&world, 1);
    world.service->limits.enhanced_snapshots = 1;
    cr_assert(not(import()));
    cr_assert(eq(int, err.kind, ERROR_LIMIT));
    world.service->limits.enhanced_snapshots = 2;
    cr_assert(import(), "%s", err.message);
}

// Only the update that changes the mode can be rolled back over it: a later one goes back to a
// version in the mode.
Test(snapshot_needs, a_roll_back_after_a_later_update_stays_in_the_mode) {
    world.uses_enhanced = false;
    fake_world_create_running(&world, "old");
    cr_assert(fake_world_update(&world, "old",
                                "{\"ApplicationSnapshotConfigurationUpdate\":{"
                                "\"SnapshotsEnabledUpdate\":true,"
                                "\"SnapshotModeUpdate\":\"ENHANCED_SNAPSHOTS\"}}",
                                &err));
    cr_assert(fake_world_run_until(&world, "old", APP_RUNNING));
    fake_world_run(&world, 3);
    cr_assert(fake_world_update(&world, "old", "{}", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "old", APP_RUNNING));
    fake_world_run(&world, 3);
    for (int times = 0; times < 2; times++) {
        struct job_spec spec;
        cr_assert(fake_world_roll_back(&world, "old", &err), "%s", err.message);
        cr_assert(fake_world_run_until(&world, "old", APP_RUNNING));
        fake_world_run(&world, 3);
        struct app app = fake_world_app(&world, "old");
        cr_assert(service_load_spec(world.service, app.id, app.version, &spec, &err));
        cr_assert(spec.uses_enhanced_snapshots);
    }
}

// --- what a job has left ---

static void delete_s(void) {
    struct snapshot snapshot;

    cr_assert(fake_world_find_snapshot(&world, "a", "s", &snapshot, &err));
    cr_assert(fake_world_delete_snapshot(&world, "a", "s", snapshot.created_at_ms, &err), "%s",
              err.message);
}

// Force stop keeps what the job was started from; that may be the snapshot of another application.
Test(snapshot_needs, the_state_that_another_job_has_left_stays_when_the_snapshot_is_deleted) {
    fake_clusters_disable_checkpoints(world.clusters);
    cr_assert(fake_world_create(&world, "b", &err));
    cr_assert(fake_snapshots_start(&world, "b", "s", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "b", APP_RUNNING));
    cr_assert(fake_world_stop(&world, "b", true, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "b", APP_READY));
    delete_s();
    fake_world_run(&world, 140);
    cr_assert(eq(int, status(), SNAPSHOT_STATUS_COUNT));
    cr_assert(ge(int, fake_world_latest_count(&world, "b"), 0));
    cr_assert(fake_world_start(&world, "b", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "b", APP_RUNNING));
    struct app app = fake_world_app(&world, "b");
    cr_assert(not(text_is_empty(app.slots[SLOT_CURRENT].from.path)));
}

Test(snapshot_needs, the_state_of_a_failed_update_stays_when_its_snapshot_is_deleted) {
    fake_clusters_disable_checkpoints(world.clusters);
    cr_assert(command_bad_update(&world, &err), "%s", err.message);
    for (int turn = 0; turn < 60 && !fake_world_app(&world, "a").move.halted; turn++)
        fake_world_run(&world, 1);
    struct app app = fake_world_app(&world, "a");
    cr_assert(app.move.halted);
    struct snapshot snapshot;
    cr_assert(fake_world_find_snapshot(&world, "a", app.move.snapshot_name, &snapshot, &err));
    cr_assert(fake_world_delete_snapshot(&world, "a", snapshot.name, snapshot.created_at_ms, &err),
              "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    fake_world_run(&world, 140);
    cr_assert(eq(int, fake_world_latest_count(&world, "a"),
                 fake_clusters_count_at(world.clusters, snapshot.location)));
    cr_assert(ge(int, fake_world_latest_count(&world, "a"), 0));
}
