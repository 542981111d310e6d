// RUNNING is a status of the application: what its job does after that, and what a job that does
// not work can still be asked for.
#include "base/text.h"
#include "controller/service/service.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_world_view.h"
#include "storage/snapshot_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define SNAPSHOTS_OFF                                                                              \
    "\"ApplicationSnapshotConfigurationUpdate\":{\"SnapshotsEnabledUpdate\":false}"
#define OTHER_CODE                                                                                 \
    "\"ApplicationCodeConfigurationUpdate\":{\"CodeContentUpdate\":{"                              \
    "\"S3ContentLocationUpdate\":{\"FileKeyUpdate\":\"repaired.jar\"}}}"

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(running, .init = set_up, .fini = tear_down);

static enum app_status status(void) {
    return fake_world_app(&world, "a").status;
}

static void restart_job(int times) {
    struct app app = fake_world_app(&world, "a");

    for (int count = 0; count < times; count++) {
        fake_clusters_restart_job(world.clusters, app.slots[SLOT_CURRENT].cluster_id, "it fails");
        fake_world_run(&world, 1);
    }
}

static size_t count_snapshots(enum snapshot_status wanted) {
    struct snapshot list[20];
    size_t found = 0;
    size_t count;

    cr_assert(snapshot_store_list_newest(world.db, fake_world_app(&world, "a").id, INT64_MAX, list,
                                         20, &count, &err));
    for (size_t index = 0; index < count; index++)
        found += list[index].status == wanted;
    return found;
}

static bool take_snapshot(void) {
    return fake_world_take_snapshot(&world, "a", "s", &err);
}

static void expect_downtime(bool was_accepted) {
    cr_assert(not(was_accepted));
    cr_assert(eq(int, err.kind, ERROR_CONFIGURATION));
    cr_assert(strstr(err.message, "currently experiencing downtime") != NULL, "%s", err.message);
    cr_assert(eq(int, status(), APP_RUNNING));
}

// An application whose job does not work any more; it has state.
static void create_looping(void) {
    fake_world_create_running(&world, "a");
    fake_world_run(&world, 4);
    restart_job(3);
}

// --- a start ---

Test(running, begins_with_the_job_although_its_tasks_wait) {
    fake_clusters_hold_tasks(world.clusters, true);
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
    AUTO(json_decref) json_t *up = fake_world_find_event(&world, "a", "move", "up");
    cr_assert(eq(int, (int)json_int_or(up, "tasksRunning", -1), 0));
    cr_assert(eq(int, (int)json_int_or(up, "tasksTotal", 0), 4));

    // The broker is back.
    fake_world_run(&world, 80);
    cr_assert(eq(int, fake_world_count_events(&world, "a", "kind", "tasks", ""), 0));
    fake_clusters_run_tasks(world.clusters,
                            fake_world_app(&world, "a").slots[SLOT_CURRENT].cluster_id);
    fake_world_run(&world, 8);
    cr_assert(eq(
        int, fake_world_count_events(&world, "a", "kind", "tasks", "every vertex is RUNNING"), 1));
    cr_assert(eq(int, status(), APP_RUNNING));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").recoveries, 0));
}

Test(running, begins_with_all_tasks_where_that_is_wanted) {
    world.start_means_all_tasks = true;
    fake_world_crash(&world);
    fake_clusters_hold_tasks(world.clusters, true);
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    fake_world_run(&world, 80);
    cr_assert(eq(int, status(), APP_STARTING));
    fake_clusters_run_tasks(world.clusters,
                            fake_world_app(&world, "a").slots[SLOT_NEXT].cluster_id);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
}

Test(running, does_not_lose_state_when_tasks_of_the_next_job_never_come) {
    fake_world_create_running(&world, "a");
    fake_world_run(&world, 4);
    int count = fake_clusters_running_count(world.clusters);

    fake_clusters_hold_tasks(world.clusters, true);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 2));
    fake_world_run(&world, 8);
    cr_assert(eq(int, fake_clusters_count(world.clusters), 1), "the old cluster is retired");
    // The daemon dies: the job has no checkpoint, and starts from what the old one left.
    fake_world_crash(&world);
    fake_clusters_hold_tasks(world.clusters, false);
    fake_world_run(&world, 12);
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
}

Test(running, reports_tasks_that_do_not_come) {
    fake_world_create_running(&world, "a");
    fake_clusters_hold_tasks(world.clusters, true);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 4 * 620);
    fake_world_expect_trouble(&world, "a", "does not have all its tasks running");
    fake_clusters_run_tasks(world.clusters,
                            fake_world_app(&world, "a").slots[SLOT_CURRENT].cluster_id);
    fake_world_run(&world, 8);
    fake_world_expect_trouble(&world, "a", NULL);
}

Test(running, takes_a_savepoint_when_the_tasks_have_come) {
    fake_clusters_hold_tasks(world.clusters, true);
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(take_snapshot(), "%s", err.message);
    fake_world_run(&world, 20);
    cr_assert(eq(sz, count_snapshots(SNAPSHOT_CREATING), 1));
    fake_clusters_run_tasks(world.clusters,
                            fake_world_app(&world, "a").slots[SLOT_CURRENT].cluster_id);
    fake_world_run(&world, 8);
    cr_assert(eq(sz, count_snapshots(SNAPSHOT_READY), 1));
}

// --- a job that does not work ---

Test(running, goes_back_from_an_update_whose_job_restarts_without_end) {
    fake_world_create_running(&world, "a");
    fake_world_run(&world, 4);
    int count = fake_clusters_running_count(world.clusters);

    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
    restart_job(4);
    cr_assert(command_roll_back(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 3));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
}

Test(running, refuses_what_needs_a_savepoint_and_records_nothing) {
    char first[APP_OPERATION_ID_SIZE];

    create_looping();
    (void)text_copy(first, sizeof first, fake_world_operation(&world, "a").id);
    expect_downtime(take_snapshot());
    expect_downtime(command_update_properties(&world, &err));
    expect_downtime(fake_world_stop(&world, "a", false, &err));
    fake_world_run(&world, 4);
    cr_assert(eq(sz, count_snapshots(SNAPSHOT_FAILED), 0));
    cr_assert(eq(str, fake_world_operation(&world, "a").id, first));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 1));

    // It works again.
    fake_world_run(&world, 24);
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
}

static void expect_way_out(const char *request) {
    create_looping();
    cr_assert(fake_world_change(&world, "a", request, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 2));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
    cr_assert(eq(str, (char *)fake_clusters_restored_from(world.clusters), ""));
    // What the old job had done is in the list.
    cr_assert(eq(sz, count_snapshots(SNAPSHOT_READY), 1));
    cr_assert(eq(sz, count_snapshots(SNAPSHOT_FAILED), 0));
    cr_assert(gt(int, fake_world_latest_count(&world, "a"), 0));
}

Test(running, can_be_left_by_disabling_snapshots) {
    expect_way_out("{\"ApplicationConfigurationUpdate\":{" SNAPSHOTS_OFF "}}");
}

Test(running, can_be_left_by_disabling_snapshots_with_other_code) {
    expect_way_out("{\"ApplicationConfigurationUpdate\":{" SNAPSHOTS_OFF "," OTHER_CODE "}}");
}

Test(running, can_be_left_by_other_code_that_starts_without_state) {
    expect_way_out("{\"ApplicationConfigurationUpdate\":{" OTHER_CODE
                   "},\"RunConfigurationUpdate\":{\"ApplicationRestoreConfiguration\":{"
                   "\"ApplicationRestoreType\":\"SKIP_RESTORE_FROM_SNAPSHOT\"}}}");
}

Test(running, takes_no_state_along_where_snapshots_were_disabled_before) {
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_update(&world, "a", "{" SNAPSHOTS_OFF "}", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 4);
    restart_job(3);
    cr_assert(fake_world_update(&world, "a", "{" OTHER_CODE "}", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(sz, count_snapshots(SNAPSHOT_READY), 1), "that of the first update only");
}

Test(running, ends_an_operation_whose_job_begins_to_fail_meanwhile) {
    fake_world_create_running(&world, "a");
    fake_world_run(&world, 4);
    struct app app = fake_world_app(&world, "a");

    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    for (int count = 0; count < 3; count++)
        fake_clusters_restart_job(world.clusters, app.slots[SLOT_CURRENT].cluster_id, "it fails");
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    struct operation operation = fake_world_operation(&world, "a");
    cr_assert(eq(int, operation.status, OPERATION_FAILED));
    cr_assert(strstr(operation.error, "again and again: it fails") != NULL, "%s", operation.error);
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 1));
    cr_assert(eq(sz, count_snapshots(SNAPSHOT_FAILED), 0), "none was asked for");
}

Test(running, records_one_snapshot_for_all_tries_of_a_stop) {
    fake_world_create_running(&world, "a");
    fake_clusters_end_task_in_savepoints(world.clusters, 100);
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_FAILED));
    cr_assert(eq(sz, count_snapshots(SNAPSHOT_FAILED), 1));
}

// --- a job that finishes ---

Test(running, lasts_long_enough_to_be_seen) {
    fake_world_create_running(&world, "a");
    int64_t up_ms = fake_world_app(&world, "a").slots[SLOT_CURRENT].up_since_ms;

    cr_assert(command_finish_job(&world, &err));
    fake_world_run(&world, 4);
    cr_assert(eq(int, status(), APP_RUNNING));
    cr_assert(eq(int, fake_world_count_events(&world, "a", "kind", "end", ""), 1));
    // Its job is over, also for the next daemon.
    fake_world_crash(&world);
    fake_world_run(&world, 4);
    cr_assert(eq(int, status(), APP_RUNNING));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(ge(i64, world.now_ms - up_ms, 12000));
    cr_assert(lt(i64, world.now_ms - up_ms, 13000));
    cr_assert(eq(int, fake_world_latest_count(&world, "a"), -1), "nothing is left of it");
}

Test(running, does_not_delay_the_end_of_a_job_that_ran_for_long) {
    fake_world_create_running(&world, "a");
    world.now_ms += 20000;
    cr_assert(command_finish_job(&world, &err));
    fake_world_run(&world, 2);
    cr_assert(eq(int, status(), APP_READY));
}

Test(running, can_be_stopped_and_updated_when_the_job_has_finished) {
    fake_world_create_running(&world, "a");
    cr_assert(command_finish_job(&world, &err));
    fake_world_run(&world, 4);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 2));
    cr_assert(command_finish_job(&world, &err));
    fake_world_run(&world, 4);
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
}

Test(running, of_a_job_that_ends_during_its_stop_or_update_is_no_failure) {
    fake_world_create_running(&world, "a");
    fake_clusters_end_in_savepoints(world.clusters, true);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 2));
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
}

// --- a batch job ---

static void create_batch(void) {
    fake_clusters_run_batch_jobs(world.clusters, true);
    fake_world_create_running(&world, "a");
    fake_world_run(&world, 4);
}

static void expect_batch(bool was_accepted) {
    cr_assert(not(was_accepted));
    cr_assert(eq(int, err.kind, ERROR_CONFIGURATION));
    cr_assert(strstr(err.message, "runs in batch mode") != NULL, "%s", err.message);
    cr_assert(eq(int, status(), APP_RUNNING));
}

Test(running, of_a_batch_job_has_no_snapshots_and_no_stop_but_by_force) {
    create_batch();
    expect_batch(take_snapshot());
    expect_batch(fake_world_stop(&world, "a", false, &err));
    expect_batch(command_update_properties(&world, &err));
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
}

Test(running, of_a_batch_job_starts_anew_where_an_update_skips_the_state) {
    create_batch();
    int count = fake_clusters_running_count(world.clusters);

    cr_assert(fake_world_update(&world, "a", "{" SNAPSHOTS_OFF "}", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(gt(int, count, 0));
    cr_assert(eq(str, (char *)fake_clusters_restored_from(world.clusters), ""));
    // Without snapshots it stops as any other.
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_SUCCESSFUL));
}

Test(running, of_a_batch_job_ends_with_its_job) {
    create_batch();
    cr_assert(command_finish_job(&world, &err));
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_world_count_events(&world, "a", "kind", "end", ""), 1));
}
