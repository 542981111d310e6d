// Jobs that are meant to run and do not: what is done about it, and what is said.
#include "base/text.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_world.h"
#include "storage/event_store.h"
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

static void bring_up(void) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
}

static void lose(void) {
    struct app app = fake_world_app(&world, "a");

    fake_clusters_lose(world.clusters, app.slots[SLOT_CURRENT].cluster_id);
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

// What kobel's own API shows; the caller's to release.
static json_t *shown(void) {
    json_t *body = NULL;

    cr_assert(app_service_show(world.service, &world.scope, "a", &body, &err), "%s", err.message);
    return body;
}

static void assert_trouble(const char *words) {
    AUTO(json_decref) json_t *body = shown();
    const char *trouble = json_text_or(body, "trouble", "");

    if (words == NULL)
        cr_assert(eq(str, trouble, ""));
    else
        cr_assert(strstr(trouble, words) != NULL, "'%s' in '%s'", words, trouble);
}

// The newest step of that phase of a recovery; the caller's to release.
static json_t *step_of_recovery(const char *phase) {
    AUTO(json_decref) json_t *events = NULL;
    struct app app = fake_world_app(&world, "a");
    json_t *found = NULL;
    size_t index;
    json_t *event;

    cr_assert(event_store_list(world.db, app.id, 0, 1000, &events, &err), "%s", err.message);
    json_array_foreach(events, index, event) {
        if (text_equal(json_text(event, "kind"), "recovery") &&
            text_equal(json_text(event, "phase"), phase))
            found = event;
    }
    cr_assert(found != NULL, "no %s", phase);
    return json_incref(found);
}

static void assert_submitted(const char *words) {
    AUTO(json_decref) json_t *event = step_of_recovery("SUBMIT");
    const char *message = json_text_or(event, "message", "");

    cr_assert(strstr(message, words) != NULL, "'%s' in '%s'", words, message);
}

Test(recovery, goes_on_from_the_newest_checkpoint_and_says_how_long_it_took) {
    bring_up();
    int counted = fake_clusters_running_count(world.clusters);
    lose();
    assert_trouble("a process was made to die");
    recover();
    cr_assert(fake_clusters_running_count(world.clusters) >= counted);
    assert_submitted("from its newest checkpoint");

    AUTO(json_decref) json_t *lost = step_of_recovery("LOST");
    AUTO(json_decref) json_t *up = step_of_recovery("UP");
    AUTO(json_decref) json_t *body = shown();
    int64_t elapsed_ms = json_int_or(up, "elapsedMs", -1);
    cr_assert(
        eq(int, (int)elapsed_ms, (int)(json_int_or(up, "atMs", 0) - json_int_or(lost, "atMs", 0))));
    cr_assert(eq(int, (int)json_int_or(body, "lastRecoveryMs", -1), (int)elapsed_ms));
    assert_trouble(NULL);
}

Test(recovery, tells_how_long_it_took_after_the_death_of_the_daemon_too) {
    bring_up();
    fake_world_crash(&world);
    fake_world_run(&world, 1);
    recover();
    AUTO(json_decref) json_t *up = step_of_recovery("UP");
    cr_assert(json_int_or(up, "elapsedMs", -1) >= 0);
}

Test(recovery, without_checkpoints_begins_empty_and_says_so) {
    fake_clusters_disable_checkpoints(world.clusters);
    bring_up();
    lose();
    recover();
    cr_assert(eq(str, fake_clusters_restored_from(world.clusters), ""));
    assert_submitted("empty");
}

Test(recovery, without_checkpoints_goes_on_from_the_last_snapshot_and_says_so) {
    fake_clusters_disable_checkpoints(world.clusters);
    bring_up();
    cr_assert(app_service_create_snapshot(world.service, &world.scope, "a", "first", &err));
    fake_world_run(&world, 4);
    cr_assert(app_service_create_snapshot(world.service, &world.scope, "a", "second", &err));
    fake_world_run(&world, 4);
    int counted = fake_clusters_running_count(world.clusters);
    lose();
    recover();
    cr_assert(strstr(fake_clusters_restored_from(world.clusters), "/second/") != NULL);
    cr_assert(fake_clusters_running_count(world.clusters) >= counted - 4);
    assert_submitted("from the last snapshot");
}

Test(recovery, keeps_the_files_of_a_deleted_snapshot_until_no_job_needs_them) {
    struct snapshot snapshot;

    fake_clusters_disable_checkpoints(world.clusters);
    bring_up();
    cr_assert(app_service_create_snapshot(world.service, &world.scope, "a", "s", &err));
    fake_world_run(&world, 4);
    lose();
    recover();
    cr_assert(app_service_describe_snapshot(world.service, &world.scope, "a", "s", &snapshot, &err),
              "%s", err.message);
    cr_assert(app_service_delete_snapshot(world.service, &world.scope, "a", "s",
                                          snapshot.created_at_ms / 1000 * 1000, &err),
              "%s", err.message);
    lose();
    recover();
    cr_assert(eq(str, fake_clusters_restored_from(world.clusters), snapshot.location));
    cr_assert(command_stop(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, (int)fake_clusters_count_at(world.clusters, snapshot.location), -1));
}

// A failed task goes back to what its job was started from, though the next job would start from a
// later snapshot.
Test(recovery, keeps_the_files_that_a_running_job_was_started_from) {
    struct snapshot origin;
    bool found;

    fake_clusters_disable_checkpoints(world.clusters);
    bring_up();
    cr_assert(command_stop(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(snapshot_store_find_latest(world.db, fake_world_app(&world, "a").id, &origin, &found,
                                         &err) &&
              found);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(str, fake_clusters_restored_from(world.clusters), origin.location));
    cr_assert(app_service_create_snapshot(world.service, &world.scope, "a", "later", &err));
    fake_world_run(&world, 4);
    cr_assert(app_service_delete_snapshot(world.service, &world.scope, "a", origin.name,
                                          origin.created_at_ms / 1000 * 1000, &err),
              "%s", err.message);
    fake_world_run(&world, 10);
    cr_assert(ge(int, fake_clusters_count_at(world.clusters, origin.location), 0));
    lose();
    recover();
    cr_assert(strstr(fake_clusters_restored_from(world.clusters), "/later/") != NULL);
    fake_world_run(&world, 10);
    cr_assert(eq(int, fake_clusters_count_at(world.clusters, origin.location), -1));
}

Test(recovery, prefers_a_checkpoint_to_an_older_snapshot) {
    bring_up();
    cr_assert(app_service_create_snapshot(world.service, &world.scope, "a", "s", &err));
    fake_world_run(&world, 4);
    lose();
    recover();
    cr_assert(strstr(fake_clusters_restored_from(world.clusters), "/checkpoints/") != NULL);
}

Test(recovery, leaves_a_cluster_that_keeps_dying_alone_for_longer_each_time) {
    bring_up();
    for (int death = 1; death <= 4; death++) {
        lose();
        struct placement current = fake_world_app(&world, "a").slots[SLOT_CURRENT];
        cr_assert(eq(int, current.attempt, death));
        recover();
    }
    AUTO(json_decref) json_t *lost = step_of_recovery("LOST");
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
    AUTO(json_decref) json_t *body = shown();

    return json_bool_or(body, "isRestartLoop", false);
}

Test(recovery, recognises_a_loop_of_restarts_and_its_end) {
    bring_up();
    restart_job();
    restart_job();
    cr_assert(not(is_in_loop()));
    restart_job();
    cr_assert(is_in_loop());
    assert_trouble("loop of restarts, 3 in 0 s: it is broken");
    world.now_ms += 300000;
    cr_assert(not(is_in_loop()));
    assert_trouble(NULL);
    restart_job();
    cr_assert(not(is_in_loop()));
    AUTO(json_decref) json_t *body = shown();
    cr_assert(eq(int, (int)json_int_or(body, "restarts", 0), 4));
}

Test(recovery, restarts_that_are_far_apart_are_no_loop) {
    bring_up();
    for (int count = 0; count < 5; count++) {
        world.now_ms += 400000;
        restart_job();
        cr_assert(not(is_in_loop()));
    }
}

static const char PROPERTIES[] =
    "{\"EnvironmentPropertyUpdates\":{\"PropertyGroups\":[{\"PropertyGroupId\":\"g\","
    "\"PropertyMap\":{\"k\":\"v\"}}]}}";

// The old cluster is anything from lost to almost back when the update reaches it.
Test(recovery, an_update_in_the_middle_of_it_succeeds_with_the_state) {
    bring_up();
    for (int turns = 0; turns < 5; turns++) {
        fake_world_run(&world, 30);
        int counted = fake_clusters_running_count(world.clusters);
        lose();
        fake_world_run(&world, turns);
        cr_assert(fake_world_update(&world, "a", PROPERTIES, &err), "%s", err.message);
        cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
        struct operation operation = fake_world_operation(&world, "a");
        cr_assert(eq(int, operation.status, OPERATION_SUCCESSFUL), "after %d turns: %s", turns,
                  operation.error);
        fake_world_run(&world, 2);
        cr_assert(fake_clusters_running_count(world.clusters) >= counted, "after %d turns", turns);
        cr_assert(eq(int, fake_clusters_count(world.clusters), 1));
    }
}
