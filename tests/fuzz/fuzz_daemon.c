// Any bytes as names, traces, logs, addresses, headers and properties, for the whole daemon: it
// must not crash, and every answer has to be text, or JSON where its Content-Type is JSON. An input
// is a list of records that end with the byte 0x1E; the first byte of a record is its kind
// (`commands`).
#include "api/operations.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_daemon_checks.h"
#include "runtime/flink/flink_reply.h"
#include "runtime/local/end_reason.h"

#include <math.h>
#include <string.h>

enum { RECORD_END = 0x1E, RECORDS_MAX = 24, TURNS_MAX = 64 };

static struct world world;

struct record {
    const char *bytes; // a 0 byte follows, which size_bytes does not count
    size_t size_bytes;
};

static void put_raw(char *out, size_t size_bytes, const struct record *record) {
    size_t length = strnlen(record->bytes, record->size_bytes);

    if (length >= size_bytes) length = size_bytes - 1;
    memcpy(out, record->bytes, length);
    out[length] = '\0';
}

// --- from the network ---

static void send_bytes(const struct record *record) {
    world_send_raw(&world, world.open_server, record->bytes, record->size_bytes);
}

static void send_wrapped(const struct http_server *server, const char *before,
                         const struct record *record, const char *behind) {
    AUTO(buffer_release) struct buffer request = BUFFER_INIT((size_t)4 << 20);
    struct error full;

    FUZZ_EXPECT(buffer_append(&request, before, strlen(before), &full));
    FUZZ_EXPECT(buffer_append(&request, record->bytes, record->size_bytes, &full));
    FUZZ_EXPECT(buffer_append(&request, behind, strlen(behind), &full));
    world_send_raw(&world, server, request.data, request.size_bytes);
}

static void send_address(const struct record *record) {
    send_wrapped(world.open_server, "GET /kobel/v1/applications/", record,
                 " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

static void send_headers(const struct record *record) {
    send_wrapped(world.open_server,
                 WORLD_CALL "DescribeApplication\r\nHost: localhost\r\nContent-Length: 23\r\n",
                 record, "\r\n\r\n{\"ApplicationName\":\"a\"}");
}

static void send_credentials(const struct record *record) {
    send_wrapped(world.guarded_server,
                 WORLD_CALL "ListApplications\r\nHost: localhost\r\nContent-Length: 2\r\n"
                            "X-Amz-Date: 20251124T160000Z\r\nAuthorization: AWS4-HMAC-SHA256 ",
                 record, "\r\n\r\n{}");
}

// The first byte selects the operation.
static void send_operation(const struct record *record) {
    if (record->size_bytes == 0) return;
    FUZZ_EXPECT(
        world_call(&world,
                   operations_at((unsigned char)record->bytes[0] % operations_count())->name,
                   record->bytes + 1, record->size_bytes - 1) < 500);
}

// 503: there is no cluster for a fault.
static void post(const char *path, const struct record *record) {
    AUTO(buffer_release) struct buffer reply = BUFFER_INIT((size_t)16 << 20);
    char head[128];

    (void)text_format(head, sizeof head, "POST %s HTTP/1.1", path);
    int status = world_ask(&world, head, record->bytes, record->size_bytes, &reply);
    FUZZ_EXPECT(status < 500 || status == 503);
}

static void set_clock(const struct record *record) {
    post("/kobel/v1/clock", record);
}

static void inject_fault(const struct record *record) {
    post("/kobel/v1/applications/a/faults", record);
}

static void update_properties(const struct record *record) {
    AUTO(json_decref) json_t *request = json_new_object();
    AUTO(memory_free) char *text = memory_alloc(record->size_bytes + 1);
    json_t *update = json_new_object();
    json_t *groups = json_new_array();
    json_t *group = json_new_object();
    json_t *map = json_new_object();
    json_t *environment = json_new_object();

    memcpy(text, record->bytes, record->size_bytes);
    json_put_text(map, text, text);
    json_put_text(group, "PropertyGroupId", "g");
    json_put(group, "PropertyMap", map);
    json_add(groups, group);
    json_put(environment, "PropertyGroups", groups);
    json_put(update, "EnvironmentPropertyUpdates", environment);
    json_put_text(request, "ApplicationName", "a");
    json_put_int(request, "CurrentApplicationVersionId", 1);
    json_put(request, "ApplicationConfigurationUpdate", update);
    AUTO(memory_free) char *body = json_print(request);
    FUZZ_EXPECT(world_call_text(&world, "UpdateApplication", body) < 500);
}

// --- from clusters ---

// NULL: there is no cluster.
static struct fake *any_cluster(void) {
    for (size_t index = 0; index < CLUSTERS_MAX; index++)
        if (world.clusters->fakes[index].is_used) return &world.clusters->fakes[index];
    return NULL;
}

static void fail_job(const struct record *record) {
    struct fake *fake = any_cluster();

    if (fake == NULL) return;
    fake_clusters_restart_job(world.clusters, fake->spec.cluster_id, "");
    put_raw(fake->view.failure, sizeof fake->view.failure, record);
}

static void lose_cluster(const struct record *record) {
    struct fake *fake = any_cluster();

    if (fake == NULL) return;
    fake_clusters_lose(world.clusters, fake->spec.cluster_id);
    put_raw(fake->view.failure, sizeof fake->view.failure, record);
}

static void reject_job(const struct record *record) {
    put_raw(world.clusters->reject_reason, sizeof world.clusters->reject_reason, record);
}

static void fail_savepoint(const struct record *record) {
    struct fake *fake = any_cluster();

    if (fake == NULL || fake->view.savepoint.state == SAVEPOINT_NONE) return;
    fake->view.savepoint.state = SAVEPOINT_FAILED;
    put_raw(fake->view.savepoint.failure, sizeof fake->view.savepoint.failure, record);
}

static void name_points(const struct record *record) {
    struct fake *fake = any_cluster();

    if (fake == NULL) return;
    // As the runtime does: a recorded path has to be read back unchanged.
    (void)text_copy(fake->view.last_checkpoint, sizeof fake->view.last_checkpoint, record->bytes);
    (void)text_copy(fake->view.savepoint.location, sizeof fake->view.savepoint.location,
                    record->bytes);
}

static void end_with_log(const struct record *record) {
    char reason[APP_FAILURE_SIZE];

    end_reason_find(record->bytes, record->size_bytes, reason, sizeof reason);
    FUZZ_EXPECT(text_is_utf8(reason) && strchr(reason, '\n') == NULL);
    lose_cluster(&(struct record){reason, strlen(reason)});
}

static void fail_with_trace(const struct record *record) {
    char cause[APP_FAILURE_SIZE];

    flink_reply_cause(record->bytes, cause, sizeof cause);
    FUZZ_EXPECT(text_is_utf8(cause));
    fail_job(&(struct record){cause, strlen(cause)});
}

// A vertex for every line.
static void name_operators(const struct record *record) {
    struct job_measurement load = {.cpu_max_ratio = 0.9, .memory_bytes = 1e8, .consumer_lag = -1};
    const char *at = record->bytes;
    const char *end = at + record->size_bytes;

    while (at < end && load.vertex_count < MEASURED_VERTICES_MAX) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct measured_vertex *vertex = &load.vertices[load.vertex_count++];
        if (stop == NULL) stop = end;
        put_raw(vertex->name, sizeof vertex->name, &(struct record){at, (size_t)(stop - at)});
        vertex->parallelism = 1;
        vertex->is_source = load.vertex_count == 1;
        vertex->busy_ratio = vertex->busiest_ratio = 0.8;
        vertex->records_out_per_s = vertex->records_in_per_s = 100;
        at = stop + 1;
    }
    put_raw(load.lag_failure, sizeof load.lag_failure, record);
    fake_clusters_set_load(world.clusters, &load);
}

// Any number as each measurement, for the vertices that exist.
static void set_figures(const struct record *record) {
    struct job_measurement *load = &world.clusters->load;
    double figure = MEASUREMENT_UNKNOWN;

    memcpy(&figure, record->bytes,
           record->size_bytes < sizeof figure ? record->size_bytes : sizeof figure);
    if (!isfinite(figure)) figure = MEASUREMENT_UNKNOWN; // as the runtime does
    load->uptime_ms = load->full_restarts = load->gc_count = figure;
    for (int index = 0; index < load->vertex_count; index++) {
        struct measured_vertex *vertex = &load->vertices[index];
        vertex->records_in = vertex->records_in_per_s = vertex->pending_records = figure;
        vertex->records_out = vertex->records_out_per_s = vertex->records_lag_max = figure;
    }
}

static void write_log(const struct record *record) {
    size_t size_bytes = record->size_bytes < FAKE_LOG_MAX ? record->size_bytes : FAKE_LOG_MAX;

    fake_clusters_set_log(world.clusters, record->bytes, size_bytes);
    fuzz_check_log(&world, size_bytes);
}

// Each byte is a turn after so many seconds.
static void run_turns(const struct record *record) {
    for (size_t index = 0; index < record->size_bytes && index < TURNS_MAX; index++)
        world_turn(&world, 1000 * (int64_t)(unsigned char)record->bytes[index]);
}

static const struct {
    char name;
    void (*run)(const struct record *record);
} commands[] = {
    {'H', send_bytes},      {'U', send_address},      {'A', send_headers}, {'K', send_credentials},
    {'R', send_operation},  {'P', update_properties}, {'F', fail_job},     {'L', lose_cluster},
    {'J', reject_job},      {'S', fail_savepoint},    {'C', name_points},  {'E', end_with_log},
    {'T', fail_with_trace}, {'N', name_operators},    {'M', set_figures},  {'t', run_turns},
    {'O', write_log},       {'c', set_clock},         {'f', inject_fault},
};

static void run_record(const char *bytes, size_t size_bytes) {
    // On the heap and of the exact size, so that AddressSanitizer sees a read behind the end.
    AUTO(memory_free) char *copy = memory_alloc(size_bytes); // ended by a 0 byte
    struct record record = {copy, size_bytes - 1};

    memcpy(copy, bytes + 1, size_bytes - 1);
    for (size_t index = 0; index < COUNT_OF(commands); index++)
        if (commands[index].name == bytes[0]) commands[index].run(&record);
    world_turn(&world, 1000);
}

// A running application, for the questions that need one.
static void start_application(void) {
    static const char create[] =
        "{\"ApplicationName\":\"a\",\"RuntimeEnvironment\":\"FLINK-1_20\",\"ServiceExecutionRole\":"
        "\"arn:aws:iam::1:role/r\",\"ApplicationConfiguration\":{\"ApplicationCodeConfiguration\":{"
        "\"CodeContentType\":\"ZIPFILE\",\"CodeContent\":{\"ZipFileContent\":\"AAAA\"}}}}";

    FUZZ_EXPECT(world_call_text(&world, "CreateApplication", create) == 200);
    FUZZ_EXPECT(world_call_text(&world, "StartApplication", "{\"ApplicationName\":\"a\"}") == 200);
    for (int turn = 0; turn < 6; turn++)
        world_turn(&world, 250);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *at = (const char *)data;
    const char *end = at + size;

    world_begin(&world);
    start_application();
    for (int count = 0; at < end && count < RECORDS_MAX; count++) {
        const char *stop = memchr(at, RECORD_END, (size_t)(end - at));
        if (stop == NULL) stop = end;
        if (stop > at) run_record(at, (size_t)(stop - at));
        at = stop + 1;
    }
    // The measurements are recorded as a minute.
    world_turn(&world, 61000);
    world_turn(&world, 61000);
    fuzz_check_answers(&world);
    world_end(&world);
    return 0;
}
