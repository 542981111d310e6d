// Two faults at the same time, each of which is harmless alone: no state is lost.
#include "base/text.h"
#include "controller/reconciler.h"
#include "fakes/fake_cluster_parts.h"
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

TestSuite(double_faults, .init = set_up, .fini = tear_down);

static void create_running(const char *name) {
    fake_world_create_running(&world, name);
    fake_world_run(&world, 7);
}

static struct app app(void) {
    return fake_world_app(&world, "a");
}

static void set_budget_mb(int mb) {
    world.memory_budget_bytes = (int64_t)mb << 20;
    fake_world_crash(&world);
}

// Runs until Flink is asked to stop the old job; no tick follows.
static void run_into_halt(void) {
    for (int turn = 0; turn < 50 && app().move.trigger_id[0] == '\0'; turn++) {
        reconciler_run_due(world.service);
        if (app().move.trigger_id[0] == '\0') fake_world_run(&world, 1);
    }
    cr_assert(app().move.trigger_id[0] != '\0');
    cr_assert(not(app().move.halted));
}

// --- while the old job is being stopped ---

Test(double_faults, another_start_uses_the_memory_of_the_next_cluster) {
    set_budget_mb(2000);
    create_running("a");
    cr_assert(fake_world_create(&world, "c", &err), "%s", err.message);
    fake_clusters_delay_savepoint(world.clusters, 4);
    cr_assert(command_update(&world, &err), "%s", err.message); // 1 -> 4
    run_into_halt();
    int counted = fake_clusters_running_count(world.clusters);
    cr_assert(fake_world_start(&world, "c", &err), "%s", err.message);
    fake_world_run(&world, 40);
    cr_assert(eq(int, app().status, APP_RUNNING));
    cr_assert(eq(int, app().slots[SLOT_CURRENT].parallelism, 1));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), counted));
}

static void lose_next_cluster_in_halt(void) {
    fake_clusters_delay_savepoint(world.clusters, 40);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    run_into_halt();
    fake_clusters_fail_boots(world.clusters, true);
    fake_clusters_lose(world.clusters, app().slots[SLOT_NEXT].cluster_id);
}

Test(double_faults, the_next_cluster_keeps_dying_during_a_halt) {
    create_running("a");
    lose_next_cluster_in_halt();
    int counted = fake_clusters_running_count(world.clusters);
    fake_world_run(&world, 60);
    fake_clusters_fail_boots(world.clusters, false);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 60);
    cr_assert(eq(int, app().status, APP_RUNNING));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), counted));
}

// HALT exceeds its limit, which ends the update; a little later Flink stops the job nevertheless.
static int stop_late(void) {
    create_running("a");
    fake_clusters_delay_savepoint(world.clusters, 1000000);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    run_into_halt();
    int counted = fake_clusters_running_count(world.clusters);
    for (int turn = 0; turn < 40000 && app().status == APP_UPDATING; turn += 100)
        fake_world_run(&world, 100);
    cr_assert(eq(int, app().status, APP_RUNNING));
    fake_clusters_delay_savepoint(world.clusters, 4);
    return counted;
}

Test(double_faults, a_job_that_stops_after_its_move_was_given_up_is_brought_back) {
    int counted = stop_late();

    fake_world_run(&world, 100);
    cr_assert(eq(int, app().status, APP_RUNNING));
    cr_assert(eq(int, app().slots[SLOT_CURRENT].phase, PLACEMENT_UP));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), counted));
}

Test(double_faults, a_second_stop_finds_the_savepoint_of_the_first) {
    int counted = stop_late();

    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    fake_world_run(&world, 100);
    cr_assert(ge(int, fake_world_durable_count(&world, "a"), counted));
    if (app().status == APP_READY)
        cr_assert(ge(int, fake_world_latest_count(&world, "a"), counted));
}

// --- rolling back ---

Test(double_faults, a_scaling_whose_clusters_die_six_times_is_recovered) {
    create_running("a");
    fake_world_keep_busy(&world);
    fake_clusters_lose_in_confirm(world.clusters, 6);
    fake_world_run(&world, 200);
    cr_assert(eq(int, app().status, APP_RUNNING));
    cr_assert(eq(int, app().slots[SLOT_CURRENT].phase, PLACEMENT_UP));
}

static void restart_in_halted_update(const char *first, const char *second) {
    struct job_measurement load = {
        .vertex_count = 1, .cpu_max_ratio = 0.1, .memory_bytes = 100 << 20};

    set_budget_mb(1600);
    load.vertices[0] = (struct measured_vertex){.name = "v", .parallelism = 1, .is_source = true};
    fake_clusters_set_load(world.clusters, &load);
    create_running(first);
    create_running(second);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    for (int turn = 0; turn < 50 && !app().move.halted; turn++)
        fake_world_run(&world, 1);
    cr_assert(app().move.halted);
    // The memory in use is not measured yet: clusters count with their full size.
    fake_clusters_set_load(world.clusters, &(struct job_measurement){0});
    fake_world_crash(&world);
    fake_world_run(&world, 40);
    cr_assert(app().status != APP_READY, "it was up before the restart");
}

Test(double_faults, the_daemon_dies_in_an_update_and_another_is_recovered_first) {
    restart_in_halted_update("b", "a");
}

Test(double_faults, the_daemon_dies_in_an_update_and_another_is_recovered_later) {
    restart_in_halted_update("a", "b");
}

static void on_done(void *userdata, struct app_detail *detail, const char *operation_id,
                    const struct error *error) {
    (void)operation_id;
    (void)error;
    *(bool *)userdata = detail != NULL;
}

Test(double_faults, an_update_without_state_fails_and_the_version_before_continues_with_its_state) {
    static const char REQUEST[] =
        "{\"ApplicationName\":\"a\",\"CurrentApplicationVersionId\":1,"
        "\"ApplicationConfigurationUpdate\":{"
        "\"ApplicationSystemRollbackConfigurationUpdate\":{\"RollbackEnabledUpdate\":true},"
        "\"ApplicationCodeConfigurationUpdate\":{\"CodeContentUpdate\":{"
        "\"S3ContentLocationUpdate\":{\"FileKeyUpdate\":\"bad.jar\"}}}},"
        "\"RunConfigurationUpdate\":{\"ApplicationRestoreConfiguration\":{"
        "\"ApplicationRestoreType\":\"SKIP_RESTORE_FROM_SNAPSHOT\"}}}";
    char digest[DIGEST_SHA256_HEX_SIZE];
    AUTO(json_decref) json_t *request = NULL;
    bool is_done = false;

    create_running("a");
    int counted = fake_clusters_running_count(world.clusters);
    digest_sha256_hex("bad.jar", strlen("bad.jar"), digest);
    fake_clusters_reject_code(world.clusters, digest);
    cr_assert(json_parse(REQUEST, strlen(REQUEST), &request, &err), "%s", err.message);
    app_service_update(world.service, &world.scope, "a", request, NULL, on_done, &is_done);
    cr_assert(is_done);
    cr_assert(fake_world_run_until(&world, "a", APP_ROLLING_BACK));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), counted));
}

Test(double_faults, a_submission_that_kobel_cannot_make_does_not_end_the_application) {
    create_running("a");
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    fake_clusters_fail_submissions(world.clusters, "No space left on device");
    for (int turn = 0; turn < 2000 && app().status == APP_UPDATING; turn++)
        fake_world_run(&world, 1);
    fake_clusters_fail_submissions(world.clusters, NULL);
    fake_world_run(&world, 60);
    cr_assert(eq(int, app().status, APP_RUNNING));
}

// --- recoveries ---

Test(double_faults, a_recovery_whose_code_is_missing_keeps_no_cluster_and_reports_why) {
    create_running("a");
    fake_clusters_lose_code(world.clusters, "the code is not in the store any more");
    fake_world_lose_cluster(&world, "a");
    fake_world_run(&world, 240);
    cr_assert(le(int, fake_clusters_count(world.clusters), 1));
    fake_world_expect_trouble(&world, "a", "the code is not in the store any more");
    fake_clusters_lose_code(world.clusters, NULL);
    fake_world_run(&world, 400);
    cr_assert(eq(int, app().slots[SLOT_CURRENT].phase, PLACEMENT_UP));
}

Test(double_faults, a_recovery_whose_launches_are_refused_reports_why) {
    create_running("a");
    fake_clusters_refuse_launches(world.clusters, "runtime FLINK-1_20 is not installed");
    fake_world_crash(&world);
    fake_world_run(&world, 480);
    fake_world_expect_trouble(&world, "a", "runtime FLINK-1_20 is not installed");
    fake_clusters_refuse_launches(world.clusters, NULL);
    fake_world_run(&world, 400);
    cr_assert(eq(int, app().slots[SLOT_CURRENT].phase, PLACEMENT_UP));
}

// The dying JobManager completes a checkpoint after the restore point of the next job is chosen.
static void complete_another_checkpoint(struct fake_world *self) {
    static bool was_moved;
    struct app seen = fake_world_app(self, "a");
    const struct placement *current = &seen.slots[SLOT_CURRENT];

    if (was_moved || current->phase != PLACEMENT_SUBMITTED || current->from.path[0] == '\0') return;
    struct point *point = fake_clusters_point(self->clusters, current->from.path);
    if (point == NULL) return;
    point->path[strlen(point->path) - 1] = '~'; // "chk-N+1" instead of "chk-N"
    was_moved = true;
}

Test(double_faults, a_checkpoint_that_is_replaced_while_its_job_dies_is_found_again) {
    create_running("a");
    fake_world_lose_cluster(&world, "a");
    world.after_turn = complete_another_checkpoint;
    fake_world_run(&world, 480);
    cr_assert(eq(int, app().slots[SLOT_CURRENT].phase, PLACEMENT_UP));
}

Test(double_faults, an_update_succeeds_where_an_incomplete_savepoint_cannot_be_removed) {
    create_running("a");
    fake_clusters_end_task_in_savepoints(world.clusters, 1);
    fake_clusters_fail_removals(world.clusters, "no right to remove it");
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, (int)app().version, 2));
    cr_assert(strstr(fake_clusters_restored_from(world.clusters), "snapshots/") != NULL);
}

static int count_checkpoints(void) {
    int count = 0;

    for (size_t index = 0; index < POINTS_MAX; index++) {
        const struct point *point = &world.clusters->points[index];
        if (point->is_used && strstr(point->path, "/checkpoints/") != NULL) count++;
    }
    return count;
}

Test(double_faults, the_checkpoints_of_a_stopped_job_are_removed_when_they_can_be) {
    create_running("a");
    cr_assert(gt(int, count_checkpoints(), 0));
    fake_clusters_fail_removals(world.clusters, "no right to remove it");
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    fake_world_run(&world, 10);
    fake_world_expect_trouble(&world, "a", NULL);
    cr_assert(gt(int, count_checkpoints(), 0));
    fake_clusters_fail_removals(world.clusters, NULL);
    fake_world_run(&world, 500);
    cr_assert(eq(int, count_checkpoints(), 0));
}

// When the new job fails, the old one is restored from this snapshot.
Test(double_faults, the_snapshot_of_a_move_cannot_be_deleted_before_its_end) {
    struct snapshot snapshot;

    create_running("a");
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    for (int turn = 0; turn < 50 && !app().move.halted; turn++)
        fake_world_run(&world, 1);
    cr_assert(app().move.halted);
    cr_assert(fake_world_find_snapshot(&world, "a", app().move.snapshot_name, &snapshot, &err));
    bool is_accepted = fake_world_delete_snapshot(&world, "a", snapshot.name,
                                                  snapshot.created_at_ms / 1000 * 1000, &err);
    cr_assert(eq(int, is_accepted, world.uses_enhanced));
    if (!is_accepted) cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    // The deletion of an enhanced one waits.
    fake_world_run(&world, 1);
    cr_assert(ge(int, fake_clusters_count_at(world.clusters, snapshot.location), 0));
}
