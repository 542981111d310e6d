// Clusters that only run: the ports of insight and capacity are missing.
#include "base/text.h"
#include "fakes/fake_world.h"
#include "storage/event_store.h"

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

static void bring_up(void) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
}

static const char PROPERTIES[] =
    "{\"EnvironmentPropertyUpdates\":{\"PropertyGroups\":[{\"PropertyGroupId\":\"g\","
    "\"PropertyMap\":{\"k\":\"v\"}}]}}";

Test(optional_ports, starts_is_updated_and_stops_with_its_state) {
    bring_up();
    int count = fake_clusters_running_count(world.clusters);

    cr_assert(fake_world_update(&world, "a", PROPERTIES, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(i64, fake_world_app(&world, "a").version, 2));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));

    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
    cr_assert(ge(int, fake_world_latest_count(&world, "a"), count));
}

Test(optional_ports, comes_back_after_a_lost_cluster) {
    bring_up();
    struct app app = fake_world_app(&world, "a");

    fake_clusters_lose(world.clusters, app.slots[SLOT_CURRENT].cluster_id);
    fake_world_run(&world, 10);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(i64, fake_world_app(&world, "a").recoveries, 1));
}

Test(optional_ports, is_neither_measured_nor_scaled) {
    struct metric_query query = {.from_ms = -1, .to_ms = INT64_MAX, .metric = "", .task = ""};
    AUTO(json_decref) json_t *metrics = NULL;

    bring_up();
    int64_t parallelism = fake_world_app(&world, "a").current_parallelism;
    fake_world_burn(&world);
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

    bring_up();
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

Test(optional_ports, refuses_faults_that_its_cluster_cannot_make) {
    AUTO(json_decref) json_t *events = NULL;
    const json_t *event;
    size_t index;

    bring_up();
    cr_assert(
        not(app_service_inject(world.service, &world.scope, "a", "kill-jobmanager", 0, &err)));
    cr_assert(eq(int, err.kind, ERROR_UNSUPPORTED));
    struct app app = fake_world_app(&world, "a");
    cr_assert(event_store_list(world.db, app.id, 0, 1000, &events, &err), "%s", err.message);
    json_array_foreach(events, index, event)
        cr_assert(not(text_equal(json_text_or(event, "kind", ""), "fault")));
    // Those that the controller makes itself need no port.
    cr_assert(app_service_inject(world.service, &world.scope, "a", "refuse-launch", 0, &err), "%s",
              err.message);
}

Test(optional_ports, counts_no_memory_in_use) {
    AUTO(json_decref) json_t *status = NULL;

    bring_up();
    cr_assert(app_service_status(world.service, "", 10, &status, &err), "%s", err.message);
    const json_t *memory = json_object_get(status, "memory");
    cr_assert(eq(i64, json_integer_value(json_object_get(memory, "usedBytes")), 0));
}
