// The autoscaler in a whole controller: the fake cluster gives what is measured, the fake clock
// lets minutes pass.
#include "controller/scaling/scaling.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "controller/service/service.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_world_view.h"
#include "storage/scaling_store.h"
#include "storage/snapshot_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    fake_world_create_running(&world, "a");
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(scaling, .init = set_up, .fini = tear_down);

static json_t *explain(void) {
    json_t *explanation = NULL;

    cr_assert(app_service_explain(world.service, &world.scope, "a", 1000, &explanation, &err), "%s",
              err.message);
    return explanation;
}

static json_t *series(const char *metric, const char *task) {
    struct metric_query query = {.to_ms = INT64_MAX, .metric = metric, .task = task};
    json_t *metrics = NULL;

    cr_assert(app_service_metrics(world.service, &world.scope, "a", &query, &metrics, &err), "%s",
              err.message);
    json_t *list = json_copy_of(json_member(metrics, "series"));
    json_decref(metrics);
    return list;
}

static void pass(int minutes) {
    for (int minute = 0; minute < minutes; minute++) {
        world.now_ms += 60000;
        fake_world_run(&world, 3);
    }
}

Test(scaling, a_busy_job_moves_to_twice_its_size_with_its_state) {
    int count = fake_clusters_running_count(world.clusters);
    struct snapshot snapshot;
    bool found;

    fake_world_keep_busy(&world);
    cr_assert(fake_world_run_until(&world, "a", APP_AUTOSCALING));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    struct app app = fake_world_app(&world, "a");
    struct operation operation = fake_world_operation(&world, "a");
    cr_assert(eq(int, app.current_parallelism, 2));
    cr_assert(eq(int, (int)app.version, 1));
    cr_assert(eq(str, operation.name, "AutoScaling"));
    cr_assert(eq(int, operation.status, OPERATION_SUCCESSFUL));
    cr_assert(snapshot_store_find_latest(world.db, app.id, &snapshot, &found, &err), "%s",
              err.message);
    cr_assert(found);
    cr_assert(eq(str, (char *)fake_clusters_restored_from(world.clusters), snapshot.location));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
    AUTO(json_decref) json_t *moves = NULL;
    cr_assert(scaling_store_list(world.db, app.id, true, 10, &moves, &err), "%s", err.message);
    cr_assert(eq(sz, json_array_size(moves), 1));
    cr_assert(eq(int, (int)json_int_or(json_array_get(moves, 0), "wantedParallelism", 0), 2));
}

static bool has_snapshot(const char *name) {
    struct snapshot snapshot;

    return fake_world_find_snapshot(&world, "a", name, &snapshot, &err);
}

// Read-only files of a snapshot once kept the job from being measured and scaled.
Test(scaling, a_job_is_scaled_although_snapshots_cannot_be_removed) {
    static const char *const names[] = {"first", "second", "third"};

    for (size_t index = 0; index < COUNT_OF(names); index++) {
        cr_assert(fake_world_take_snapshot(&world, "a", names[index], &err), "%s", err.message);
        fake_world_run(&world, 4);
    }
    fake_clusters_fail_removals(world.clusters, "no right to remove it");
    world.service->retention = (struct retention_policy){.keep = 1};
    fake_world_keep_busy(&world);
    cr_assert(fake_world_run_until(&world, "a", APP_AUTOSCALING));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, fake_world_app(&world, "a").current_parallelism, 2));
    cr_assert(has_snapshot("first") && has_snapshot("second"));
    // Each removal is tried again, with no other event.
    fake_clusters_fail_removals(world.clusters, NULL);
    pass(1);
    cr_assert(not(has_snapshot("first")));
    cr_assert(not(has_snapshot("second")));
}

Test(scaling, the_fault_busy_processor_doubles_an_idle_job) {
    struct job_measurement load = {.vertex_count = 1, .cpu_max_ratio = 0.2};

    load.vertices[0] = (struct measured_vertex){.name = "v", .parallelism = 1, .is_source = true};
    fake_clusters_set_load(world.clusters, &load);
    pass(20);
    cr_assert(eq(int, fake_world_app(&world, "a").current_parallelism, 1));
    cr_assert(app_service_inject(world.service, &world.scope, "a", "busy-processor", 1200000, &err),
              "%s", err.message);
    pass(16);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, fake_world_app(&world, "a").current_parallelism, 2));
    pass(30);
    cr_assert(eq(int, fake_world_app(&world, "a").current_parallelism, 2), "it lasts 20 minutes");
}

Test(scaling, a_job_without_measurements_is_not_scaled) {
    pass(20);
    AUTO(json_decref) json_t *explanation = explain();

    cr_assert(eq(int, fake_world_app(&world, "a").current_parallelism, 1));
    cr_assert(eq(str, (char *)json_text(explanation, "explanation"), "nothing was measured yet"));
}

Test(scaling, every_evaluation_is_recorded_with_its_inputs) {
    struct job_measurement load = {.vertex_count = 1, .cpu_max_ratio = 0.5};

    load.vertices[0] = (struct measured_vertex){.name = "v", .parallelism = 1, .is_source = true};
    fake_clusters_set_load(world.clusters, &load);
    pass(3);
    AUTO(json_decref) json_t *explanation = explain();
    json_t *evaluations = json_object_get(explanation, "evaluations");
    const json_t *newest = json_array_get(evaluations, 0);
    cr_assert(ge(sz, json_array_size(evaluations), 3));
    cr_assert(eq(str, (char *)json_text(newest, "policy"), "msf"));
    cr_assert(eq(str, (char *)json_text(newest, "reason"), "steady"));
    cr_assert(eq(dbl, json_number_value(json_path(newest, "inputs", "cpuMaxRatio", NULL)), 0.5));
    cr_assert(eq(int, (int)json_int_or(explanation, "ceiling", 0), 64));
}

Test(scaling, minutes_are_kept_as_means_until_their_retention_ends) {
    struct job_measurement load = {.vertex_count = 1, .cpu_max_ratio = 0.5};

    load.vertices[0] = (struct measured_vertex){.name = "v", .parallelism = 1, .is_source = true};
    fake_clusters_set_load(world.clusters, &load);
    pass(3);
    AUTO(json_decref) json_t *list = series("containerCPUUtilization", "");
    cr_assert(eq(sz, json_array_size(list), 1));
    const json_t *point = json_array_get(json_object_get(json_array_get(list, 0), "points"), 0);
    cr_assert(eq(dbl, json_number_value(json_array_get(point, 1)), 50.0));
    cr_assert(eq(str, (char *)json_text(json_array_get(list, 0), "unit"), "Percent"));
    AUTO(json_decref) json_t *of_task = series("parallelism", "v");
    cr_assert(eq(sz, json_array_size(of_task), 1));

    world.now_ms += world.metering.retention_ms;
    pass(3);
    AUTO(json_decref) json_t *later = series("containerCPUUtilization", "");
    const json_t *first = json_array_get(json_object_get(json_array_get(later, 0), "points"), 0);
    cr_assert(gt(long, json_integer_value(json_array_get(first, 0)),
                 json_integer_value(json_array_get(point, 0))));
}

Test(scaling, a_scaling_that_fails_is_rolled_back_and_not_repeated_at_once) {
    cr_assert(command_enable_roll_back(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_keep_busy(&world);
    fake_clusters_reject_next_job(world.clusters, "no such parallelism");
    cr_assert(fake_world_run_until(&world, "a", APP_ROLLING_BACK));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    struct app app = fake_world_app(&world, "a");
    cr_assert(eq(int, app.current_parallelism, 1));
    cr_assert(eq(int, (int)app.version, 3));

    fake_world_keep_busy(&world);
    fake_world_run(&world, 10);
    AUTO(json_decref) json_t *explanation = explain();
    cr_assert(eq(int, (int)json_array_size(json_object_get(explanation, "moves")), 2),
              "it is tried again later");
}

static void measure_busy(int max_parallelism) {
    struct job_measurement load = {
        .vertex_count = 1, .cpu_max_ratio = 0.9, .max_parallelism = max_parallelism};

    load.vertices[0] = (struct measured_vertex){.name = "v", .parallelism = 1, .is_source = true};
    fake_clusters_set_load(world.clusters, &load);
}

Test(scaling, a_job_does_not_grow_beyond_its_max_parallelism) {
    measure_busy(3);
    pass(20);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    pass(20);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, fake_world_app(&world, "a").current_parallelism, 3));
    pass(40);
    cr_assert(eq(int, fake_world_app(&world, "a").current_parallelism, 3));
    AUTO(json_decref) json_t *explanation = explain();
    cr_assert(eq(int, (int)json_int_or(explanation, "ceiling", 0), 3));
    cr_assert(strstr(json_text_or(explanation, "explanation", ""), "max parallelism (3)") != NULL);
}

Test(scaling, a_job_whose_tasks_do_not_run_is_not_scaled) {
    fake_clusters_hold_tasks(world.clusters, true);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    measure_busy(128);
    pass(40);
    cr_assert(eq(int, fake_world_app(&world, "a").current_parallelism, 1));
    AUTO(json_decref) json_t *explanation = explain();
    cr_assert(eq(str, (char *)json_text_or(explanation, "explanation", ""),
                 "not all tasks of the job run, so nothing is decided"));
    fake_clusters_run_tasks(world.clusters,
                            fake_world_app(&world, "a").slots[SLOT_CURRENT].cluster_id);
    fake_clusters_hold_tasks(world.clusters, false);
    pass(20);
    cr_assert(eq(int, fake_world_app(&world, "a").current_parallelism, 2));
}

Test(scaling, a_job_that_fails_again_and_again_is_not_scaled) {
    measure_busy(128);
    for (int minute = 0; minute < 20; minute++) {
        struct app app = fake_world_app(&world, "a");
        for (int count = 0; count < 3; count++)
            fake_clusters_restart_job(world.clusters, app.slots[SLOT_CURRENT].cluster_id, "broken");
        pass(1);
    }
    cr_assert(eq(int, fake_world_app(&world, "a").current_parallelism, 1));
    AUTO(json_decref) json_t *explanation = explain();
    cr_assert(strstr(json_text_or(explanation, "explanation", ""), "cannot take a savepoint") !=
              NULL);
}

static double newest_value(const char *metric) {
    AUTO(json_decref) json_t *list = series(metric, "");
    const json_t *points = json_object_get(json_array_get(list, 0), "points");
    const json_t *newest = json_array_get(points, json_array_size(points) - 1);

    return json_number_value(json_array_get(newest, 1));
}

// RUNNING does not say that it works: these do.
Test(scaling, the_minutes_of_a_job_that_fails_again_and_again_have_its_downtime_and_restarts) {
    struct job_measurement broken = {
        .vertex_count = 1, .downtime_ms = 4000, .full_restarts = 7, .cpu_max_ratio = 0.5};

    broken.vertices[0] = (struct measured_vertex){.name = "v", .parallelism = 1, .is_source = true};
    fake_clusters_set_load(world.clusters, &broken);
    for (int count = 0; count < 3; count++)
        fake_clusters_restart_job(
            world.clusters, fake_world_app(&world, "a").slots[SLOT_CURRENT].cluster_id, "broken");
    pass(3);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_RUNNING));
    cr_assert(eq(dbl, newest_value("downtime"), 4000.0));
    cr_assert(eq(dbl, newest_value("fullRestarts"), 7.0));
}

Test(scaling, only_a_stop_by_force_is_accepted_while_autoscaling) {
    fake_world_keep_busy(&world);
    cr_assert(fake_world_run_until(&world, "a", APP_AUTOSCALING));
    cr_assert(not(fake_world_update(&world, "a", "{}", &err)));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    cr_assert(not(fake_world_stop(&world, "a", false, &err)));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_world_app(&world, "a").current_parallelism, 1));
}

static int count_lag_events(void) {
    return fake_world_count_events(&world, "a", "kind", "lag", "");
}

Test(scaling, a_broker_that_does_not_answer_is_reported_once_and_its_return_once) {
    struct job_measurement load = {
        .vertex_count = 1, .cpu_max_ratio = 0.5, .consumer_lag = -1, .consumer_lag_max = -1};

    load.vertices[0] = (struct measured_vertex){.name = "v",
                                                .parallelism = 1,
                                                .is_source = true,
                                                .pending_records = -1,
                                                .records_lag_max = -1};
    (void)text_copy(load.lag_failure, sizeof load.lag_failure, "b:9092, group g: no answer");
    fake_clusters_set_load(world.clusters, &load);
    pass(5);
    cr_assert(eq(int, count_lag_events(), 1));
    load.lag_failure[0] = '\0';
    fake_clusters_set_load(world.clusters, &load);
    pass(3);
    cr_assert(eq(int, count_lag_events(), 1), "no broker was asked since");
    load.consumer_lag = load.consumer_lag_max = 7;
    fake_clusters_set_load(world.clusters, &load);
    pass(3);
    cr_assert(eq(int, count_lag_events(), 2));
    AUTO(json_decref) json_t *lag = series("records_lag_max", "");
    cr_assert(eq(sz, json_array_size(lag), 1),
              "without a value from Flink, that of the group counts");
}
