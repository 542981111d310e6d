// Clusters of which only the cluster port exists: insight and capacity are missing.
#include "base/text.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_world.h"
#include "fakes/fake_world_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    world.lacks_insight = world.lacks_capacity = true;
    fake_world_crash(&world);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(optional_ports, .init = set_up, .fini = tear_down);

Test(optional_ports, starts_is_updated_and_stops_with_its_state) {
    fake_world_create_running(&world, "a");
    int count = fake_clusters_running_count(world.clusters);

    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(i64, fake_world_app(&world, "a").version, 2));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));

    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
    cr_assert(ge(int, fake_world_latest_count(&world, "a"), count));
}

Test(optional_ports, recovers_from_a_lost_cluster) {
    fake_world_create_running(&world, "a");
    fake_world_lose_cluster(&world, "a");
    fake_world_run(&world, 10);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(i64, fake_world_app(&world, "a").recoveries, 1));
}

Test(optional_ports, its_program_cannot_be_inspected) {
    struct program_inspection *inspection = NULL;

    fake_world_create_running(&world, "a");
    cr_assert(
        not(app_service_inspect(world.service, &world.scope, "a", NULL, NULL, &inspection, &err)));
    cr_assert(eq(int, err.kind, ERROR_UNSUPPORTED));
}

Test(optional_ports, is_neither_measured_nor_scaled) {
    struct metric_query query = {.from_ms = -1, .to_ms = INT64_MAX, .metric = "", .task = ""};
    AUTO(json_decref) json_t *metrics = NULL;

    fake_world_create_running(&world, "a");
    int64_t parallelism = fake_world_app(&world, "a").current_parallelism;
    fake_world_keep_busy(&world);
    fake_world_run(&world, 20);
    cr_assert(eq(i64, fake_world_app(&world, "a").current_parallelism, parallelism));
    cr_assert(app_service_metrics(world.service, &world.scope, "a", &query, &metrics, &err), "%s",
              err.message);
    cr_assert(eq(sz, json_array_size(json_object_get(metrics, "series")), 0));
}

static void on_page(void *userdata, const struct insight_page *page, const struct error *failure) {
    (void)userdata;
    (void)page;
    (void)failure;
    cr_fail("there is no dashboard");
}

Test(optional_ports, has_no_plan_no_dashboard_and_no_logs) {
    AUTO(app_detail_release) struct app_detail detail = {0};
    AUTO(json_decref) json_t *logs = NULL;
    static struct insight_log_page page;
    struct log_query query = {.cluster_id = "c", .file = "taskmanager-1.out"};

    fake_world_create_running(&world, "a");
    cr_assert(app_service_describe_with_plan(world.service, &world.scope, "a", &detail, &err));
    cr_assert(detail.job_plan == NULL);
    cr_assert(not(app_service_check_dashboard(world.service, &world.scope, "a", &err)));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    cr_assert(app_service_fetch_page(world.service, &world.scope, "a", "/overview", on_page,
                                     NULL) == NULL);
    cr_assert(app_service_logs(world.service, &world.scope, "a", &logs, &err), "%s", err.message);
    cr_assert(eq(sz, json_array_size(json_object_get(logs, "files")), 0));
    cr_assert(not(app_service_log_page(world.service, &world.scope, "a", &query, &page, &err)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
}

Test(optional_ports, refuses_faults_that_need_the_insight_port) {
    fake_world_create_running(&world, "a");
    cr_assert(
        not(app_service_inject(world.service, &world.scope, "a", "kill-jobmanager", 0, &err)));
    cr_assert(eq(int, err.kind, ERROR_UNSUPPORTED));
    cr_assert(eq(int, fake_world_count_events(&world, "a", "kind", "fault", ""), 0));
    // A fault that the controller makes itself needs no port.
    cr_assert(app_service_inject(world.service, &world.scope, "a", "refuse-launch", 0, &err), "%s",
              err.message);
}

Test(optional_ports, reports_no_memory_in_use) {
    AUTO(json_decref) json_t *status = NULL;

    fake_world_create_running(&world, "a");
    cr_assert(app_service_status(world.service, "", 10, &status, &err), "%s", err.message);
    const json_t *memory = json_object_get(status, "memory");
    cr_assert(eq(i64, json_integer_value(json_object_get(memory, "usedBytes")), 0));
}
