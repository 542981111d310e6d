// Bytes of jobs that are not UTF-8, in a whole controller: what clusters report is recorded, and
// every answer about it is text.
#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "fakes/fake_cluster_parts.h"
#include "fakes/fake_world.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(invalid_utf8, .init = set_up, .fini = tear_down);

// `size_bytes` - 1 bytes of characters of two or three bytes; the last character is cut.
static void fill(char *out, size_t size_bytes, const char *character) {
    size_t length = strlen(character);

    for (size_t at = 0; at + 1 < size_bytes; at++)
        out[at] = character[(at + 1) % length];
    out[size_bytes - 1] = '\0';
    cr_assert(not(utf8_is_valid(out, size_bytes - 1)));
}

static void start(void) {
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
}

// It can be printed and parsed again. Releases the value.
static void expect_json(json_t *value) {
    AUTO(memory_free) char *text = json_print(value);
    json_t *read = NULL;

    json_decref(value);
    cr_assert(json_parse(text, strlen(text), &read, &err), "%s", err.message);
    json_decref(read);
}

static void expect_metrics(void) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(1 << 20);
    struct exposition *exposition = app_service_exposition_new(world.service);
    bool has_more = true;

    while (has_more)
        cr_assert(app_service_exposition_next(exposition, &text, &has_more, &err));
    app_service_exposition_free(exposition);
    cr_assert(utf8_is_valid(buffer_text(&text), text.size_bytes));
}

static void expect_every_answer(void) {
    struct metric_query query = {.to_ms = INT64_MAX, .metric = "", .task = ""};
    json_t *value = NULL;

    cr_assert(app_service_metrics(world.service, &world.scope, "a", &query, &value, &err));
    expect_json(value);
    cr_assert(app_service_explain(world.service, &world.scope, "a", 100, &value, &err));
    expect_json(value);
    cr_assert(app_service_show(world.service, &world.scope, "a", &value, &err));
    expect_json(value);
    cr_assert(app_service_list_events(world.service, &world.scope, "a", 0, 1000, &value, &err));
    expect_json(value);
    cr_assert(app_service_logs(world.service, &world.scope, "a", &value, &err));
    expect_json(value);
    expect_metrics();
}

Test(invalid_utf8, a_job_whose_operator_names_are_cut_is_measured_and_scaled) {
    struct job_measurement load = {.vertex_count = 2, .cpu_max_ratio = 0.9};

    start();
    for (int index = 0; index < load.vertex_count; index++) {
        struct measured_vertex *vertex = &load.vertices[index];
        fill(vertex->name, sizeof vertex->name - (size_t)(3 * index), "\xE6\x97\xA5");
        vertex->parallelism = 1;
    }
    fake_clusters_set_load(world.clusters, &load);
    for (int minute = 0; minute < 20; minute++) {
        world.now_ms += 60000;
        fake_world_run(&world, 2);
    }
    expect_every_answer();
}

Test(invalid_utf8, a_failure_whose_text_is_cut_is_reported) {
    fill(world.clusters->reject_reason, sizeof world.clusters->reject_reason, "\xC3\xA4");
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    struct operation operation = fake_world_operation(&world, "a");
    cr_assert(eq(int, operation.status, OPERATION_FAILED));
    cr_assert(text_is_utf8(operation.error));
    expect_every_answer();
}

Test(invalid_utf8, a_loss_whose_log_has_another_encoding_is_reported) {
    start();
    struct app app = fake_world_app(&world, "a");
    struct fake *fake = fake_clusters_find(world.clusters, app.slots[SLOT_CURRENT].cluster_id);
    fake_clusters_lose(world.clusters, fake->spec.cluster_id);
    (void)memcpy(fake->view.failure, "Error: caf\xE9", 12);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 10);
    expect_every_answer();
}
