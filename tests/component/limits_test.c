// What hangs or cannot be done ends, is reported, and can be left by its user at any time.
#include "base/text.h"
#include "controller/service/service.h"
#include "fakes/fake_world.h"
#include "storage/event_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sqlite3.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(limits, .init = set_up, .fini = tear_down);

static const char PROPERTIES[] =
    "{\"EnvironmentPropertyUpdates\":{\"PropertyGroups\":[{\"PropertyGroupId\":\"g\","
    "\"PropertyMap\":{\"k\":\"v\"}}]}}";

static void bring_up(void) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
}

static enum app_status status(void) {
    return fake_world_app(&world, "a").status;
}

static bool delete_app(void) {
    struct app app = fake_world_app(&world, "a");

    return app_service_delete(world.service, &world.scope, "a", app.created_at_ms / 1000, &err);
}

// An update is rolled back by its user, and the job of the version before never has its vertices
// RUNNING.
static void hang_while_rolling_back(void) {
    bring_up();
    cr_assert(fake_world_update(&world, "a", PROPERTIES, &err), "%s", err.message);
    fake_clusters_hang_jobs(world.clusters, true);
    fake_world_run(&world, 20);
    cr_assert(eq(int, status(), APP_UPDATING));
    cr_assert(fake_world_roll_back(&world, "a", &err), "%s", err.message);
    fake_world_run(&world, 20);
    cr_assert(eq(int, status(), APP_ROLLING_BACK));
}

Test(limits, a_roll_back_that_hangs_can_be_stopped_by_force) {
    hang_while_rolling_back();
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
    fake_clusters_hang_jobs(world.clusters, false);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
}

Test(limits, whoever_is_delayed_on_purpose_can_be_stopped_by_force_or_deleted) {
    bring_up();
    cr_assert(app_service_inject(world.service, &world.scope, "a", "delay", 3600000, &err), "%s",
              err.message);
    fake_world_run(&world, 3);
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(app_service_inject(world.service, &world.scope, "a", "delay", 3600000, &err));
    cr_assert(delete_app(), "%s", err.message);
    fake_world_run(&world, 5);
    cr_assert(fake_world_create(&world, "a", &err), "it is gone");
    cr_assert(not(app_service_inject(world.service, &world.scope, "a", "delay", INT64_MAX, &err)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
}

Test(limits, as_many_launches_are_refused_as_was_asked_for) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    for (int count = 0; count < 2; count++)
        cr_assert(app_service_inject(world.service, &world.scope, "a", "refuse-launch", 0, &err));
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
}

Test(limits, a_roll_back_that_hangs_can_be_deleted) {
    hang_while_rolling_back();
    cr_assert(delete_app(), "%s", err.message);
    fake_world_run(&world, 5);
    cr_assert(eq(int, status(), APP_STATUS_COUNT));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
}

// What kobel's own API shows; the caller's to release.
static json_t *shown(void) {
    json_t *body = NULL;

    cr_assert(app_service_show(world.service, &world.scope, "a", &body, &err), "%s", err.message);
    return body;
}

// Events of that kind with those words in their message.
static int count_events(const char *kind, const char *words) {
    AUTO(json_decref) json_t *events = NULL;
    struct app app = fake_world_app(&world, "a");
    int count = 0;
    size_t index;
    json_t *event;

    cr_assert(event_store_list(world.db, app.id, 0, 1000, &events, &err), "%s", err.message);
    json_array_foreach(events, index, event) {
        count += text_equal(json_text(event, "kind"), kind) &&
                 strstr(json_text_or(event, "message", ""), words) != NULL;
    }
    return count;
}

// Runs for so many seconds of real time.
static void pass(int seconds) {
    fake_world_run(&world, 4 * seconds);
}

static void assert_operation(const char *name, enum operation_status wanted, const char *words) {
    struct operation operation = fake_world_operation(&world, "a");

    cr_assert(eq(str, operation.name, (char *)name));
    cr_assert(eq(int, operation.status, wanted), "%s", operation.error);
    cr_assert(strstr(operation.error, words) != NULL, "'%s' in '%s'", words, operation.error);
}

// --- limits of time ---

Test(limits, a_start_that_hangs_ends_after_its_limit) {
    cr_assert(fake_world_create(&world, "a", &err));
    fake_clusters_hang_jobs(world.clusters, true);
    cr_assert(fake_world_start(&world, "a", &err));
    pass(590);
    cr_assert(eq(int, status(), APP_STARTING));
    pass(20);
    cr_assert(eq(int, status(), APP_READY));
    assert_operation("StartApplication", OPERATION_FAILED, "only 0 of 4 tasks");
    cr_assert(eq(int, count_events("error", "only 0 of 4 tasks"), 1));
}

Test(limits, an_update_that_hangs_goes_back_and_a_roll_back_that_hangs_ends_ready) {
    bring_up();
    cr_assert(fake_world_update(
        &world, "a",
        "{\"ApplicationSystemRollbackConfigurationUpdate\":{\"RollbackEnabledUpdate\":true}}",
        &err));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
    int counted = fake_clusters_running_count(world.clusters);
    cr_assert(fake_world_update(&world, "a", PROPERTIES, &err), "%s", err.message);
    fake_clusters_hang_jobs(world.clusters, true);
    pass(590);
    cr_assert(eq(int, status(), APP_UPDATING));
    pass(20);
    cr_assert(eq(int, status(), APP_ROLLING_BACK));
    pass(590);
    cr_assert(eq(int, status(), APP_ROLLING_BACK));
    pass(20);
    cr_assert(eq(int, status(), APP_READY));
    assert_operation("RollbackApplication", OPERATION_FAILED, "only 0 of 4 tasks");
    // The broker is back: nothing was lost.
    fake_clusters_hang_jobs(world.clusters, false);
    cr_assert(fake_world_start(&world, "a", &err));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(fake_clusters_running_count(world.clusters) >= counted);
}

Test(limits, a_recovery_that_hangs_goes_on_and_is_told) {
    bring_up();
    fake_clusters_hang_jobs(world.clusters, true);
    fake_clusters_lose(world.clusters, fake_world_app(&world, "a").slots[SLOT_CURRENT].cluster_id);
    pass(700);
    cr_assert(eq(int, status(), APP_RUNNING));
    cr_assert(eq(int, count_events("recovery", "does not have all its tasks running"), 1));
    AUTO(json_decref) json_t *body = shown();
    cr_assert(strstr(json_text_or(body, "trouble", ""), "all its tasks") != NULL);
    // A stop waits for it no longer than a start.
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    pass(620);
    cr_assert(eq(int, status(), APP_RUNNING));
    assert_operation("StopApplication", OPERATION_FAILED, "only 0 of 4 tasks");
}

Test(limits, are_not_those_of_a_clock_that_is_set) {
    cr_assert(fake_world_create(&world, "a", &err));
    fake_clusters_hang_jobs(world.clusters, true);
    cr_assert(fake_world_start(&world, "a", &err));
    pass(10);
    for (int days = 0; days < 10; days++) {
        world.now_ms += 86400000;
        pass(1);
    }
    cr_assert(eq(int, status(), APP_STARTING));
    // Nor of a daemon that was halted.
    for (int days = 0; days < 10; days++) {
        world.elapsed_ms += 86400000;
        pass(1);
    }
    cr_assert(eq(int, status(), APP_STARTING));
    pass(600);
    cr_assert(eq(int, status(), APP_READY));
}

Test(limits, a_clock_that_is_set_back_delays_nothing) {
    bring_up();
    for (int death = 0; death < 4; death++) {
        fake_clusters_lose(world.clusters,
                           fake_world_app(&world, "a").slots[SLOT_CURRENT].cluster_id);
        fake_world_run(&world, 1);
        if (death < 3) cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
        for (int turn = 0; death < 3 && turn < 20; turn++)
            fake_world_run(&world, 1);
    }
    world.now_ms -= 3600000;
    pass(10);
    cr_assert(eq(int, fake_world_app(&world, "a").slots[SLOT_CURRENT].phase, PLACEMENT_UP));
}

Test(limits, nothing_is_told_to_have_taken_less_than_no_time) {
    bring_up();
    fake_clusters_lose(world.clusters, fake_world_app(&world, "a").slots[SLOT_CURRENT].cluster_id);
    fake_world_run(&world, 1);
    world.now_ms -= 3600000;
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    pass(10);
    cr_assert(eq(int, count_events("recovery", ": it took "), 1));
    cr_assert(eq(int, count_events("recovery", ": it took -"), 0));
}

// --- steps that fail again and again ---

static int calls_in(int seconds) {
    int before = fake_clusters_calls(world.clusters);

    pass(seconds);
    return fake_clusters_calls(world.clusters) - before;
}

Test(limits, a_submission_that_cannot_be_made_is_told_and_fails_the_start) {
    cr_assert(fake_world_create(&world, "a", &err));
    fake_clusters_fail_submissions(world.clusters, "stage 'x.jar': No space left on device");
    cr_assert(fake_world_start(&world, "a", &err));
    cr_assert(calls_in(5) < 10);
    cr_assert(eq(int, status(), APP_STARTING));
    cr_assert(eq(int, count_events("error", "No space left on device"), 1));
    AUTO(json_decref) json_t *body = shown();
    cr_assert(strstr(json_text_or(body, "trouble", ""), "No space left on device") != NULL);
    cr_assert(calls_in(115) < 20);
    cr_assert(eq(int, status(), APP_READY));
    assert_operation("StartApplication", OPERATION_FAILED, "No space left on device");
    fake_clusters_fail_submissions(world.clusters, NULL);
    cr_assert(fake_world_start(&world, "a", &err));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    AUTO(json_decref) json_t *after = shown();
    cr_assert(json_text(after, "trouble") == NULL);
}

Test(limits, a_savepoint_that_cannot_be_asked_for_leaves_the_old_job_running) {
    bring_up();
    int counted = fake_clusters_running_count(world.clusters);
    fake_clusters_fail_requests(world.clusters, "make 'snapshots': Permission denied");
    cr_assert(fake_world_update(&world, "a", PROPERTIES, &err), "%s", err.message);
    pass(120);
    cr_assert(eq(int, status(), APP_RUNNING));
    assert_operation("UpdateApplication", OPERATION_FAILED, "Permission denied");
    cr_assert(fake_clusters_running_count(world.clusters) > counted);

    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    pass(120);
    cr_assert(eq(int, status(), APP_RUNNING));
    assert_operation("StopApplication", OPERATION_FAILED, "Permission denied");

    cr_assert(app_service_create_snapshot(world.service, &world.scope, "a", "s", &err));
    pass(120);
    cr_assert(eq(int, count_events("snapshot", "is FAILED"), 3));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 1));
}

Test(limits, a_recovery_whose_submission_fails_goes_on_with_other_clusters) {
    bring_up();
    int counted = fake_clusters_running_count(world.clusters);
    fake_clusters_fail_submissions(world.clusters, "Too many links");
    fake_clusters_lose(world.clusters, fake_world_app(&world, "a").slots[SLOT_CURRENT].cluster_id);
    pass(300);
    cr_assert(eq(int, status(), APP_RUNNING));
    cr_assert(count_events("recovery", "Too many links") >= 2);
    fake_clusters_fail_submissions(world.clusters, NULL);
    pass(60);
    cr_assert(fake_clusters_running_count(world.clusters) >= counted);
}

Test(limits, a_command_does_not_wait_for_a_step_that_is_left_alone) {
    cr_assert(fake_world_create(&world, "a", &err));
    fake_clusters_fail_submissions(world.clusters, "Permission denied");
    cr_assert(fake_world_start(&world, "a", &err));
    pass(20);
    cr_assert(eq(int, status(), APP_STARTING));
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    fake_world_run(&world, 1);
    cr_assert(eq(int, status(), APP_READY));
}

static void execute(const char *sql) {
    sqlite3 *raw = NULL;

    cr_assert(eq(int, sqlite3_open(world.path, &raw), SQLITE_OK));
    cr_assert(eq(int, sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK));
    cr_assert(eq(int, sqlite3_close(raw), SQLITE_OK));
}

Test(limits, a_stop_whose_end_cannot_be_recorded_is_not_reverted) {
    bring_up();
    execute("CREATE TRIGGER no_end BEFORE UPDATE ON operation"
            " BEGIN SELECT RAISE(ABORT, 'the operation cannot end'); END");
    // Nearly as long as a stop may take.
    fake_clusters_delay_savepoint(world.clusters, 4 * 3890);
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    pass(4000);
    cr_assert(eq(int, status(), APP_STOPPING));
    cr_assert(fake_world_app(&world, "a").move.halted);
    execute("DROP TRIGGER no_end");
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    assert_operation("StopApplication", OPERATION_SUCCESSFUL, "");
}

// --- the limit of snapshots ---

static bool take_snapshot(const char *name) {
    bool is_taken = app_service_create_snapshot(world.service, &world.scope, "a", name, &err);

    fake_world_run(&world, 5);
    return is_taken;
}

Test(limits, that_of_snapshots_counts_those_by_hand_only) {
    bring_up();
    world.service->limits.snapshots = 1;
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
    cr_assert(take_snapshot("one"), "%s", err.message);
    cr_assert(not(take_snapshot("two")));
    cr_assert(eq(int, err.kind, ERROR_LIMIT));
    AUTO(json_decref) json_t *body = shown();
    cr_assert(eq(int, (int)json_int_or(body, "snapshots", 0), 2));
}

// --- ways out ---

typedef bool command_fn(void);

static bool command_start(void) {
    return fake_world_start(&world, "a", &err);
}

static bool command_stop(void) {
    return fake_world_stop(&world, "a", false, &err);
}

static bool command_update(void) {
    return fake_world_update(&world, "a", PROPERTIES, &err);
}

static bool command_roll_back(void) {
    return fake_world_roll_back(&world, "a", &err);
}

// Gives the command, lets it get so far, and leaves by force.
static void leave(command_fn *command, int turns, bool deletes) {
    if (command != command_start) bring_up();
    if (command == command_start) cr_assert(fake_world_create(&world, "a", &err));
    if (command == command_roll_back) {
        cr_assert(command_update(), "%s", err.message);
        cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    }
    cr_assert(command(), "%s", err.message);
    fake_world_run(&world, turns);
    if (status() == APP_READY && !deletes) return;
    if (deletes)
        cr_assert(delete_app(), "after %d turns: %s", turns, err.message);
    else
        cr_assert(fake_world_stop(&world, "a", true, &err), "after %d turns: %s", turns,
                  err.message);
    fake_world_run(&world, 5);
    cr_assert(eq(int, status(), deletes ? APP_STATUS_COUNT : APP_READY), "after %d turns", turns);
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0), "after %d turns", turns);
}

Test(limits, each_move_can_be_left_at_any_turn) {
    static command_fn *const commands[] = {command_start, command_stop, command_update,
                                           command_roll_back};

    for (size_t index = 0; index < sizeof commands / sizeof commands[0]; index++)
        for (int turns = 0; turns < 8; turns++)
            for (int deletes = 0; deletes < 2; deletes++) {
                leave(commands[index], turns, deletes);
                tear_down();
                set_up();
            }
}
