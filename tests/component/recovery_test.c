// Jobs whose cluster is lost or whose tasks restart: what the controller does and reports.
#include "base/text.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_world.h"
#include "fakes/fake_world_view.h"
#include "storage/snapshot_store.h"

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

TestSuite(recovery, .init = set_up, .fini = tear_down);

static void lose(void) {
    fake_world_lose_cluster(&world, "a");
    fake_world_run(&world, 1);
}

static bool is_up(void) {
    return fake_world_app(&world, "a").slots[SLOT_CURRENT].phase == PLACEMENT_UP;
}

static void recover(void) {
    for (int turn = 0; turn < 400 && !is_up(); turn++)
        fake_world_run(&world, 1);
    cr_assert(is_up());
}

// The newest event of a recovery with that phase; the caller releases it.
static json_t *find_recovery(const char *phase) {
    json_t *event = fake_world_find_event(&world, "a", "recovery", phase);

    cr_assert(event != NULL, "no %s", phase);
    return event;
}

static void expect_submission(const char *words) {
    AUTO(json_decref) json_t *event = find_recovery("SUBMIT");
    const char *message = json_text_or(event, "message", "");

    cr_assert(strstr(message, words) != NULL, "'%s' in '%s'", words, message);
}

Test(recovery, restores_the_newest_checkpoint_and_reports_the_duration) {
    fake_world_create_running(&world, "a");
    int counted = fake_clusters_running_count(world.clusters);
    lose();
    fake_world_expect_trouble(&world, "a", "a process was made to die");
    recover();
    cr_assert(fake_clusters_running_count(world.clusters) >= counted);
    expect_submission("from its newest checkpoint");

    AUTO(json_decref) json_t *lost = find_recovery("LOST");
    AUTO(json_decref) json_t *up = find_recovery("UP");
    AUTO(json_decref) json_t *body = fake_world_show(&world, "a");
    int64_t elapsed_ms = json_int_or(up, "elapsedMs", -1);
    cr_assert(
        eq(int, (int)elapsed_ms, (int)(json_int_or(up, "atMs", 0) - json_int_or(lost, "atMs", 0))));
    cr_assert(eq(int, (int)json_int_or(body, "lastRecoveryMs", -1), (int)elapsed_ms));
    fake_world_expect_trouble(&world, "a", NULL);
}

Test(recovery, reports_the_duration_also_after_the_death_of_the_daemon) {
    fake_world_create_running(&world, "a");
    fake_world_crash(&world);
    fake_world_run(&world, 1);
    recover();
    AUTO(json_decref) json_t *up = find_recovery("UP");
    cr_assert(json_int_or(up, "elapsedMs", -1) >= 0);
}

Test(recovery, starts_empty_without_checkpoints_and_reports_it) {
    fake_clusters_disable_checkpoints(world.clusters);
    fake_world_create_running(&world, "a");
    lose();
    recover();
    cr_assert(eq(str, fake_clusters_restored_from(world.clusters), ""));
    expect_submission("empty");
}

static void expect_restored(const char *snapshot_name) {
    struct snapshot snapshot;

    cr_assert(fake_world_find_snapshot(&world, "a", snapshot_name, &snapshot, &err));
    cr_assert(eq(str, fake_clusters_restored_from(world.clusters), snapshot.location));
}

// Of an enhanced snapshot it is tried every 30 s.
static void run_until_removed(void) {
    fake_world_run(&world, world.uses_enhanced ? 130 : 10);
}

Test(recovery, restores_the_last_snapshot_without_checkpoints_and_reports_it) {
    fake_clusters_disable_checkpoints(world.clusters);
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_take_snapshot(&world, "a", "first", &err));
    fake_world_run(&world, 4);
    cr_assert(fake_world_take_snapshot(&world, "a", "second", &err));
    fake_world_run(&world, 4);
    int counted = fake_clusters_running_count(world.clusters);
    lose();
    recover();
    expect_restored("second");
    cr_assert(fake_clusters_running_count(world.clusters) >= counted - 4);
    expect_submission("from the last snapshot");
}

Test(recovery, keeps_the_files_of_a_deleted_snapshot_until_no_job_needs_them) {
    struct snapshot snapshot;

    fake_clusters_disable_checkpoints(world.clusters);
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_take_snapshot(&world, "a", "s", &err));
    fake_world_run(&world, 4);
    lose();
    recover();
    cr_assert(fake_world_find_snapshot(&world, "a", "s", &snapshot, &err), "%s", err.message);
    cr_assert(
        fake_world_delete_snapshot(&world, "a", "s", snapshot.created_at_ms / 1000 * 1000, &err),
        "%s", err.message);
    lose();
    recover();
    cr_assert(eq(str, fake_clusters_restored_from(world.clusters), snapshot.location));
    cr_assert(command_stop(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    run_until_removed();
    cr_assert(eq(int, (int)fake_clusters_count_at(world.clusters, snapshot.location), -1));
}

// A failed task is restored from what its job was started from, even where the next job would start
// from a later snapshot.
Test(recovery, keeps_the_files_that_a_running_job_was_started_from) {
    struct snapshot origin;
    bool found;

    fake_clusters_disable_checkpoints(world.clusters);
    fake_world_create_running(&world, "a");
    cr_assert(command_stop(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(snapshot_store_find_latest(world.db, fake_world_app(&world, "a").id, &origin, &found,
                                         &err) &&
              found);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(str, fake_clusters_restored_from(world.clusters), origin.location));
    cr_assert(fake_world_take_snapshot(&world, "a", "later", &err));
    fake_world_run(&world, 4);
    cr_assert(fake_world_delete_snapshot(&world, "a", origin.name,
                                         origin.created_at_ms / 1000 * 1000, &err),
              "%s", err.message);
    fake_world_run(&world, 10);
    cr_assert(ge(int, fake_clusters_count_at(world.clusters, origin.location), 0));
    lose();
    recover();
    expect_restored("later");
    run_until_removed();
    cr_assert(eq(int, fake_clusters_count_at(world.clusters, origin.location), -1));
}

Test(recovery, prefers_a_checkpoint_to_an_older_snapshot) {
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_take_snapshot(&world, "a", "s", &err));
    fake_world_run(&world, 4);
    lose();
    recover();
    cr_assert(strstr(fake_clusters_restored_from(world.clusters), "/checkpoints/") != NULL);
}

Test(recovery, waits_longer_after_each_lost_cluster) {
    fake_world_create_running(&world, "a");
    for (int death = 1; death <= 4; death++) {
        lose();
        struct placement current = fake_world_app(&world, "a").slots[SLOT_CURRENT];
        cr_assert(eq(int, current.attempt, death));
        recover();
    }
    AUTO(json_decref) json_t *lost = find_recovery("LOST");
    int64_t retry_ms = json_int_or(lost, "retryInMs", 0); // four seconds, or up to a quarter less
    cr_assert(retry_ms > 3000 && retry_ms <= 4000, "%d", (int)retry_ms);
    cr_assert(strstr(json_text_or(lost, "message", ""), "4 clusters in a row") != NULL);
    fake_world_run(&world, 30); // seven seconds with checkpoints
    lose();
    cr_assert(eq(int, fake_world_app(&world, "a").slots[SLOT_CURRENT].attempt, 1));
}

static void restart_job(void) {
    struct app app = fake_world_app(&world, "a");

    fake_clusters_restart_job(world.clusters, app.slots[SLOT_CURRENT].cluster_id, "it is broken");
    fake_world_run(&world, 1);
}

static bool is_in_loop(void) {
    AUTO(json_decref) json_t *body = fake_world_show(&world, "a");

    return json_bool_or(body, "isRestartLoop", false);
}

Test(recovery, detects_a_loop_of_restarts_and_its_end) {
    fake_world_create_running(&world, "a");
    restart_job();
    restart_job();
    cr_assert(not(is_in_loop()));
    restart_job();
    cr_assert(is_in_loop());
    fake_world_expect_trouble(&world, "a", "loop of restarts, 3 in 0 s: it is broken");
    world.now_ms += 300000;
    cr_assert(not(is_in_loop()));
    fake_world_expect_trouble(&world, "a", NULL);
    restart_job();
    cr_assert(not(is_in_loop()));
    AUTO(json_decref) json_t *body = fake_world_show(&world, "a");
    cr_assert(eq(int, (int)json_int_or(body, "restarts", 0), 4));
}

Test(recovery, does_not_take_rare_restarts_for_a_loop) {
    fake_world_create_running(&world, "a");
    for (int count = 0; count < 5; count++) {
        world.now_ms += 400000;
        restart_job();
        cr_assert(not(is_in_loop()));
    }
}

// The update arrives at each point between the loss of the cluster and its recovery.
Test(recovery, does_not_prevent_an_update_with_the_state) {
    fake_world_create_running(&world, "a");
    for (int turns = 0; turns < 5; turns++) {
        fake_world_run(&world, 30);
        int counted = fake_clusters_running_count(world.clusters);
        lose();
        fake_world_run(&world, turns);
        cr_assert(command_update_properties(&world, &err), "%s", err.message);
        cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
        struct operation operation = fake_world_operation(&world, "a");
        cr_assert(eq(int, operation.status, OPERATION_SUCCESSFUL), "after %d turns: %s", turns,
                  operation.error);
        fake_world_run(&world, 2);
        cr_assert(fake_clusters_running_count(world.clusters) >= counted, "after %d turns", turns);
        cr_assert(eq(int, fake_clusters_count(world.clusters), 1));
    }
}
