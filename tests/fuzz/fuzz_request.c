// Requests from the wire to the answer: protocol, validation, handlers, controller and a database
// in memory. Every line of the input is a request: its first byte selects the operation, the rest
// is the body. There is one application, "a".
#include "api/call.h"
#include "api/operations.h"
#include "api/protocol.h"
#include "api/request_body.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/controller.h"
#include "controller/reconciler.h"
#include "fakes/fake_cluster.h"
#include "fakes/fake_code.h"
#include "fuzz/fuzz.h"
#include "storage/db_statement.h"

#include <string.h>

struct world {
    struct document *document;
    struct db *db;
    struct fake_clusters *clusters;
    struct api_context context;
    int answers;
};

static int64_t now_ms(void *self) {
    (void)self;
    return 1764000000000;
}

// The database is opened once; rows are removed after each input.
static void open_world(struct world *world) {
    struct error err;
    struct controller_options options = {.code = {.ops = &fake_code_ops},
                                         .clock = {.now_ms = now_ms},
                                         .memory_budget_bytes = (int64_t)1 << 40,
                                         .limits = APP_LIMITS_DEFAULT};

    if (world->document == NULL) {
        FUZZ_EXPECT(document_open(&world->document, &err));
        FUZZ_EXPECT(db_open(":memory:", &world->db, &err));
    }
    world->clusters = fake_clusters_new(NULL, NULL);
    options.db = world->db;
    options.clusters = fake_clusters_port(world->clusters);
    options.insight = fake_clusters_insight(world->clusters);
    options.capacity = fake_clusters_capacity(world->clusters);
    options.state_files = fake_clusters_state_files(world->clusters);
    world->context.clock = options.clock;
    FUZZ_EXPECT(controller_new(&options, &world->context.service, &err));
}

static void clear_world(struct world *world) {
    struct error err;
    struct db_tx tx = {0};
    sqlite3_stmt *stmt = NULL;

    controller_free(TAKE(world->context.service));
    fake_clusters_free(TAKE(world->clusters));
    FUZZ_EXPECT(db_begin(world->db, &tx, &err));
    FUZZ_EXPECT(db_prepare(world->db, "DELETE FROM app", &stmt, &err));
    FUZZ_EXPECT(db_run(world->db, stmt, &err));
    db_done(stmt);
    FUZZ_EXPECT(db_commit(&tx, &err));
}

static void on_answer(void *connection, int status, const char *body, const char *error_type) {
    struct world *world = connection;
    AUTO(json_decref) json_t *parsed = NULL;
    struct error err;

    world->answers++;
    FUZZ_EXPECT(json_parse(body, strlen(body), &parsed, &err));
    FUZZ_EXPECT((status == 200) == (error_type == NULL));
    // No request causes a failure of kobel, and test builds check the shape of the answer.
    FUZZ_EXPECT(status < 500);
}

// Byte by byte; a '~' stands for Base64 text so long that it is kept outside of the JSON.
static bool add_body(struct request_body *taken, const char *body, size_t body_bytes) {
    struct error err;

    for (size_t at = 0; at < body_bytes; at++) {
        if (body[at] != '~' && !request_body_add(taken, body + at, 1, &err)) return false;
        for (size_t made = 0; body[at] == '~' && made < REQUEST_BODY_SMALL_BYTES; made += 8)
            if (!request_body_add(taken, "YWJjZGVm", 8, &err)) return false;
    }
    return true;
}

static void send(struct world *world, const char *operation, const char *body, size_t body_bytes) {
    AUTO(request_body_release) struct request_body taken;
    char target[128];
    struct protocol_request request = {.method = "POST",
                                       .path = "/",
                                       .content_type = "application/x-amz-json-1.1",
                                       .target = target,
                                       .blob = &taken.blob};
    static struct protocol_refusal refusal;
    struct protocol_call read;

    request_body_init(&taken, false);
    if (!add_body(&taken, body, body_bytes)) return;
    request.body = buffer_text(&taken.json);
    request.body_bytes = taken.json.size_bytes;
    (void)text_format(target, sizeof target, "KinesisAnalytics_20180523.%s", operation);
    if (!protocol_read_head(world->document, &request, &read, &refusal) ||
        !protocol_read_body(&request, &read, &refusal)) {
        FUZZ_EXPECT(refusal.status >= 400 && refusal.status < 500);
        return;
    }
    struct call *call = memory_alloc(sizeof *call);
    call->context = &world->context;
    call->operation = read.operation;
    call->scope = read.scope;
    call->request = read.request;
    call->code = taken.blob.bytes;
    taken.blob.bytes = BUFFER_INIT(0);
    call->connection = world;
    call->answer = on_answer;
    int before = world->answers;
    read.row->run(call);
    FUZZ_EXPECT(world->answers == before + 1);
}

// The application runs after a few turns, so that later requests find it in another status.
static void turn(struct world *world) {
    reconciler_run_due(world->context.service);
    (void)fake_clusters_tick(world->clusters);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char create[] =
        "{\"ApplicationName\":\"a\",\"RuntimeEnvironment\":\"FLINK-1_20\",\"ServiceExecutionRole\":"
        "\"arn:aws:iam::1:role/r\",\"ApplicationConfiguration\":{\"ApplicationCodeConfiguration\":{"
        "\"CodeContentType\":\"ZIPFILE\",\"CodeContent\":{\"ZipFileContent\":\"AAAA\"}}}}";
    static struct world world;
    const char *at = (const char *)data;
    const char *end = at + size;

    open_world(&world);
    send(&world, "CreateApplication", create, strlen(create));
    for (int count = 0; at < end && count < 16; count++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL) stop = end;
        if (stop > at)
            send(&world, operations_at((unsigned char)at[0] % operations_count())->name, at + 1,
                 (size_t)(stop - at - 1));
        turn(&world);
        at = stop + 1;
    }
    clear_world(&world);
    return 0;
}
