// Applications through their life: the controller with real SQLite, the fake cluster and a fake
// clock.
#include "base/text.h"
#include "controller/moves/plan.h"
#include "fakes/fake_world_view.h"
#include "model/arn.h"

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

TestSuite(life, .init = set_up, .fini = tear_down);

Test(life, starts_and_is_running_when_every_vertex_runs) {
    fake_world_create_running(&world, "a");
    struct app app = fake_world_app(&world, "a");
    struct operation operation = fake_world_operation(&world, "a");

    cr_assert(eq(int, app.status, APP_RUNNING));
    cr_assert(eq(int, (int)app.version, 1));
    cr_assert(app.has_run_configuration);
    cr_assert(eq(str, operation.name, "StartApplication"));
    cr_assert(eq(int, operation.status, OPERATION_SUCCESSFUL));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 1));
}

Test(life, stops_with_a_snapshot_and_starts_again_from_it) {
    fake_world_create_running(&world, "a");
    int count = fake_clusters_running_count(world.clusters);

    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    struct snapshot snapshot = fake_world_newest_snapshot(&world, "a");
    cr_assert(snapshot.is_automatic);
    cr_assert(fake_world_is_system_name(&world, snapshot.name, "STOPAPPLICATION", "a"));
    cr_assert(not(fake_world_app(&world, "a").has_run_configuration));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));

    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(str, (char *)fake_clusters_restored_from(world.clusters), snapshot.location));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
}

Test(life, holds_its_runtime_until_it_is_ready_again) {
    uint32_t runtime = UINT32_C(1) << RUNTIME_FLINK_1_20;

    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    fake_world_run(&world, 3);
    cr_assert(eq(u32, fake_clusters_held_runtimes(world.clusters), 0));
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    fake_world_run(&world, 1);
    cr_assert(eq(u32, fake_clusters_held_runtimes(world.clusters), runtime));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    // Also while its cluster is gone.
    fake_clusters_fail_boots(world.clusters, true);
    fake_world_lose_cluster(&world, "a");
    fake_world_run(&world, 3);
    cr_assert(eq(u32, fake_clusters_held_runtimes(world.clusters), runtime));
    fake_clusters_fail_boots(world.clusters, false);
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    fake_world_run(&world, 1);
    cr_assert(eq(u32, fake_clusters_held_runtimes(world.clusters), 0));
}

Test(life, becomes_ready_when_the_job_is_rejected) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    fake_clusters_reject_next_job(world.clusters, "ProgramInvocationException: no such stream");
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    fake_world_run(&world, 20);
    struct operation operation = fake_world_operation(&world, "a");

    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_READY));
    cr_assert(eq(int, operation.status, OPERATION_FAILED));
    cr_assert(eq(str, operation.error, "ProgramInvocationException: no such stream"));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
}

Test(life, launches_three_clusters_that_die_while_booting_and_fails_the_start) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    fake_clusters_fail_boots(world.clusters, true);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));

    cr_assert(eq(int, (int)fake_world_app(&world, "a").cluster_count, PLAN_ATTEMPTS_MAX));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_FAILED));
    cr_assert(eq(str, fake_world_operation(&world, "a").error, "a process was made to die"));
}

Test(life, keeps_running_when_the_savepoint_of_a_stop_fails) {
    fake_world_create_running(&world, "a");
    fake_clusters_fail_savepoints(world.clusters, true);
    cr_assert(fake_world_stop(&world, "a", false, &err));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, fake_world_operation(&world, "a").status, OPERATION_FAILED));
    cr_assert(eq(str, fake_world_operation(&world, "a").error, "savepoints fail"));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 1));
}

Test(life, recovers_a_lost_cluster_from_its_newest_checkpoint) {
    fake_world_create_running(&world, "a");
    int count = fake_clusters_running_count(world.clusters);
    fake_world_lose_cluster(&world, "a");
    fake_world_run(&world, 6);
    struct app app = fake_world_app(&world, "a");
    cr_assert(eq(int, app.status, APP_RUNNING));
    cr_assert(eq(int, app.slots[SLOT_CURRENT].phase, PLACEMENT_UP));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 1));
}

Test(life, is_recovered_after_the_daemon_was_killed) {
    fake_world_create_running(&world, "a");
    int count = fake_clusters_running_count(world.clusters);

    fake_world_crash(&world);
    fake_world_run(&world, 6);
    cr_assert(eq(int, fake_world_app(&world, "a").slots[SLOT_CURRENT].phase, PLACEMENT_UP));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
}

Test(life, stops_by_force_while_starting_and_cancels_the_start) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    char start_id[APP_OPERATION_ID_SIZE];
    struct app app = fake_world_app(&world, "a");
    (void)text_copy(start_id, sizeof start_id, app.move.operation_id);
    fake_world_run(&world, 1);

    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_FORCE_STOPPING));
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    struct operation start;
    cr_assert(
        app_service_describe_operation(world.service, &world.scope, "a", start_id, &start, &err));
    cr_assert(eq(int, start.status, OPERATION_CANCELLED));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
}

Test(life, becomes_ready_when_a_bounded_job_is_finished) {
    fake_world_create_running(&world, "a");
    fake_clusters_finish_job(world.clusters,
                             fake_world_app(&world, "a").slots[SLOT_CURRENT].cluster_id);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
}

Test(life, deletes_a_running_application_with_everything) {
    fake_world_create_running(&world, "a");
    struct app app = fake_world_app(&world, "a");
    cr_assert(not(app_service_delete(world.service, &world.scope, "a", 5, &err)));
    cr_assert(eq(int, err.kind, ERROR_STALE));
    cr_assert(app_service_delete(world.service, &world.scope, "a", app.created_at_ms / 1000, &err));
    cr_assert(fake_world_run_until(&world, "a", APP_STATUS_COUNT));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
}

// Clients that ask as soon as they have their answer see what they wait for.
Test(life, shows_that_it_is_being_stopped_by_force_or_deleted) {
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    fake_world_run(&world, 1);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_FORCE_STOPPING));
    fake_world_crash(&world);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));

    int64_t created_at_s = fake_world_app(&world, "a").created_at_ms / 1000;
    cr_assert(app_service_delete(world.service, &world.scope, "a", created_at_s, &err));
    fake_world_run(&world, 1);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_DELETING));
    cr_assert(not(fake_world_create(&world, "a", &err)));
    cr_assert(eq(int, err.kind, ERROR_EXISTS), "%s", err.message);
    cr_assert(not(app_service_delete(world.service, &world.scope, "a", created_at_s, &err)));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT), "%s", err.message);
    fake_world_run(&world, 3);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_STATUS_COUNT));
}

static size_t count_tags(const char *arn) {
    AUTO(json_decref) json_t *tags = NULL;

    cr_assert(app_service_list_tags(world.service, &world.scope, arn, &tags, &err), "%s",
              err.message);
    return json_array_size(tags);
}

Test(life, of_a_name_that_is_used_again_begins_with_nothing) {
    AUTO(json_decref) json_t *tags = json_new_array();
    json_t *one = json_new_object();
    struct snapshot snapshots[1];
    char arn[ARN_SIZE];
    size_t count;

    json_put_text(one, "Key", "team");
    json_add(tags, one);
    arn_of_app(&world.scope, "a", arn);
    for (int round = 0; round < 2; round++) {
        fake_world_create_running(&world, "a");
        cr_assert(eq(sz, count_tags(arn), 0));
        cr_assert(app_service_tag(world.service, &world.scope, arn, tags, &err), "%s", err.message);
        cr_assert(eq(sz, count_tags(arn), 1));
        cr_assert(app_service_list_snapshots(world.service, &world.scope, "a", 0, snapshots, 1,
                                             &count, &err));
        cr_assert(eq(sz, count, 0));
        cr_assert(eq(str, (char *)fake_clusters_restored_from(world.clusters), ""));
        cr_assert(eq(str, fake_world_operation(&world, "a").name, "StartApplication"));
        cr_assert(eq(int, (int)fake_world_app(&world, "a").version, 1));
        cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
        cr_assert(fake_world_run_until(&world, "a", APP_READY));
        int64_t created_at_s = fake_world_app(&world, "a").created_at_ms / 1000;
        cr_assert(app_service_delete(world.service, &world.scope, "a", created_at_s, &err));
        cr_assert(fake_world_run_until(&world, "a", APP_STATUS_COUNT));
    }
}

Test(life, refuses_commands_in_the_wrong_status_with_the_messages_of_the_service) {
    fake_world_create_running(&world, "a");
    cr_assert(not(fake_world_start(&world, "a", &err)));
    cr_assert(eq(str, err.message, "Application cannot be started in 'RUNNING' state"));
    cr_assert(fake_world_stop(&world, "a", false, &err));
    cr_assert(not(fake_world_stop(&world, "a", false, &err)));
    cr_assert(eq(str, err.message, "Application cannot be Stopped in 'STOPPING' state"));
    cr_assert(not(fake_world_update(&world, "a", "{}", &err)));
    cr_assert(eq(str, err.message, "Application cannot be updated in 'STOPPING' state"));
}
