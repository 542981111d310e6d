#include "fuzz/fuzz_daemon_world.h"

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "controller/reconciler.h"
#include "fakes/fake_code.h"
#include "fuzz/fuzz.h"
#include "storage/db_statement.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static const int64_t BEGIN_MS = 1764000000000;
enum { ANSWER_MAX_BYTES = 16 << 20 };
// INPUTS_A_WORLD inputs share the servers.
enum { INPUTS_A_WORLD = 256, QUIET_TURNS = 3, WAIT_TURNS = 1000, WAIT_US = 10000 };

// --- parts ---

static int64_t now_ms(void *self) {
    const struct world *world = self;

    return world->now_ms;
}

static void on_change(void *userdata, const char *app_id) {
    struct world *world = userdata;

    if (world->service != NULL) controller_on_cluster_change(world->service, app_id);
}

static struct http_server *open_server(struct world *world, const struct auth_keys *keys) {
    static const unsigned char token_key[32] = "for tests";
    struct clock clock = clock_of(&world->clock);
    struct http_server_options options = {.listen_address = "127.0.0.1",
                                          .document = world->document,
                                          .token_key = token_key,
                                          .auth_keys = *keys,
                                          .wall_clock = clock_system(),
                                          .admin = {.version = "1", .clock = &world->clock}};
    struct http_server *server = NULL;
    struct error err;

    FUZZ_EXPECT(http_server_new(world->loop, world->service, &clock, &options, &server, &err));
    return server;
}

static void open_world(struct world *world) {
    static struct auth_key key;
    struct auth_keys none = {0};
    struct auth_keys one = {.keys = &key, .count = 1};
    struct error err;

    world->now_ms = BEGIN_MS;
    world->socket = -1;
    clock_bend(&world->clock, (struct clock){.now_ms = now_ms, .self = world});
    FUZZ_EXPECT(sd_event_new(&world->loop) >= 0);
    FUZZ_EXPECT(db_open(":memory:", &world->db, &err));
    FUZZ_EXPECT(document_open(&world->document, &err));
    FUZZ_EXPECT(auth_key_parse("AKID:secret", &key, &err));
    world->clusters = fake_clusters_new(on_change, world);
    struct controller_options options = {.db = world->db,
                                         .clusters = fake_clusters_port(world->clusters),
                                         .insight = fake_clusters_insight(world->clusters),
                                         .capacity = fake_clusters_capacity(world->clusters),
                                         .state_files = fake_clusters_state_files(world->clusters),
                                         .code = {.ops = &fake_code_ops},
                                         .clock = clock_of(&world->clock),
                                         .elapsed = {.now_ms = now_ms, .self = world},
                                         .memory_budget_bytes = (int64_t)1 << 40,
                                         .limits = APP_LIMITS_DEFAULT,
                                         .metering = METERING_OPTIONS_DEFAULT};
    FUZZ_EXPECT(controller_new(&options, &world->service, &err));
    world->open_server = open_server(world, &none);
    world->guarded_server = open_server(world, &one);
}

static void close_world(struct world *world) {
    file_close(world->socket);
    controller_stop(world->service);
    http_server_free(TAKE(world->open_server));
    http_server_free(TAKE(world->guarded_server));
    controller_free(TAKE(world->service));
    document_free(TAKE(world->document));
    db_close(TAKE(world->db));
    fake_clusters_free(TAKE(world->clusters));
    world->loop = sd_event_unref(world->loop);
}

void world_begin(struct world *world) {
    log_set_level(LOG_LEVEL_ERROR);
    if (world->loop == NULL) open_world(world);
    world->now_ms = BEGIN_MS;
    clock_bend(&world->clock, (struct clock){.now_ms = now_ms, .self = world});
}

void world_end(struct world *world) {
    struct error err;
    struct db_tx tx = {0};
    sqlite3_stmt *stmt = NULL;

    if (++world->inputs % INPUTS_A_WORLD == 0) {
        close_world(world);
        return;
    }
    FUZZ_EXPECT(db_begin(world->db, &tx, &err));
    FUZZ_EXPECT(db_prepare(world->db, "DELETE FROM app", &stmt, &err));
    FUZZ_EXPECT(db_run(world->db, stmt, &err));
    db_done(stmt);
    FUZZ_EXPECT(db_commit(&tx, &err));
    *world->clusters = (struct fake_clusters){.on_change = on_change, .userdata = world};
}

void world_turn(struct world *world, int64_t passed_ms) {
    world->now_ms += passed_ms;
    reconciler_run_due(world->service);
    (void)fake_clusters_tick(world->clusters);
}

// --- answers ---

struct answer {
    int status;
    const char *type; // up to the end of its line
    const char *body;
    size_t body_bytes;
};

static const char *find_header(const char *head, const char *name) {
    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, strlen(name)) == 0) return line + strlen(name);
    }
    return NULL;
}

// Joins a body of chunks, in memory that the next call overwrites. False: it is not complete; `out`
// is what has arrived.
static bool join_chunks(struct answer *out, const char *from, const char *end) {
    static char joined[ANSWER_MAX_BYTES];
    size_t used = 0;

    for (;;) {
        char *after = NULL;
        out->body = joined;
        out->body_bytes = used;
        const char *line = memmem(from, (size_t)(end - from), "\r\n", 2);
        if (line == NULL) return false;
        size_t size = strtoul(from, &after, 16);
        FUZZ_EXPECT(after == line);
        from = line + 2;
        if ((size_t)(end - from) < size + 2) return false;
        FUZZ_EXPECT(memcmp(from + size, "\r\n", 2) == 0 && used + size <= sizeof joined);
        memcpy(joined + used, from, size);
        used += size;
        from += size + 2;
        if (size == 0) return true;
    }
}

// False: the answer is not complete yet, or it has no end.
static bool read_answer(const struct buffer *bytes, struct answer *out) {
    const char *text = buffer_text(bytes);
    const char *end = strstr(text, "\r\n\r\n");
    char length[20];
    int64_t body_bytes;

    if (end == NULL) return false;
    FUZZ_EXPECT(text_starts_with(text, "HTTP/1."));
    const char *announced = find_header(text, "Content-Length: ");
    const char *chunked = find_header(text, "Transfer-Encoding: chunked");
    out->status = (text[9] - '0') * 100 + (text[10] - '0') * 10 + (text[11] - '0');
    out->type = find_header(text, "Content-Type: ");
    if (chunked != NULL && chunked < end + 2)
        return join_chunks(out, end + 4, text + bytes->size_bytes);
    if (announced == NULL || announced > end) return false;
    (void)text_format(length, sizeof length, "%.*s", (int)strcspn(announced, "\r"), announced);
    FUZZ_EXPECT(text_to_int64(length, &body_bytes));
    out->body = end + 4;
    out->body_bytes = (size_t)body_bytes;
    return (size_t)(out->body - text) + out->body_bytes <= bytes->size_bytes;
}

static void check_answer(const struct answer *answer) {
    bool is_json = answer->type != NULL && (text_starts_with(answer->type, "application/json") ||
                                            text_starts_with(answer->type, "application/x-amz"));
    json_error_t reason;

    FUZZ_EXPECT(utf8_is_valid(answer->body, answer->body_bytes));
    if (!is_json) return;
    json_t *value = json_loadb(answer->body, answer->body_bytes,
                               JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &reason);
    FUZZ_EXPECT(value != NULL);
    json_decref(value);
}

// --- connections ---

static int connect_to(const struct http_server *server) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(http_server_port(server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    // With a reset: no port remains in TIME_WAIT.
    struct linger none = {.l_onoff = 1};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    FUZZ_EXPECT(fd >= 0);
    FUZZ_EXPECT(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    FUZZ_EXPECT(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none) == 0);
    return fd;
}

// Reads what has arrived. False: the server has closed the connection.
static bool receive(int fd, struct buffer *out) {
    char block[65536];
    struct error full;

    for (;;) {
        ssize_t got = recv(fd, block, sizeof block, MSG_DONTWAIT);
        if (got < 0) return errno == EAGAIN || errno == EINTR;
        if (got == 0) return false;
        FUZZ_EXPECT(buffer_append(out, block, (size_t)got, &full));
    }
}

// A long request does not fit into the socket: the server has to run in between. False: it has
// closed the connection.
static bool send_all(struct world *world, int fd, const char *bytes, size_t size_bytes) {
    while (size_bytes > 0) {
        ssize_t sent = send(fd, bytes, size_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return false;
        if (sent < 0)
            (void)sd_event_run(world->loop, WAIT_US);
        else {
            bytes += sent;
            size_bytes -= (size_t)sent;
        }
    }
    return true;
}

// Sends, and reads until the server is idle. False: the answer is not complete.
static bool send_and_receive(struct world *world, const struct http_server *server,
                             const char *bytes, size_t size_bytes, struct buffer *reply,
                             struct answer *out) {
    AUTO(file_close) int fd = connect_to(server);
    bool is_open = send_all(world, fd, bytes, size_bytes);

    for (int quiet = 0; is_open && quiet < QUIET_TURNS && !read_answer(reply, out);) {
        size_t before = reply->size_bytes;
        bool has_run = sd_event_run(world->loop, 0) > 0;
        is_open = receive(fd, reply);
        quiet = has_run || reply->size_bytes > before ? 0 : quiet + 1;
    }
    return read_answer(reply, out);
}

void world_send_raw(struct world *world, const struct http_server *server, const char *bytes,
                    size_t size_bytes) {
    AUTO(buffer_release) struct buffer reply = BUFFER_INIT(ANSWER_MAX_BYTES);
    struct answer answer = {0};

    if (send_and_receive(world, server, bytes, size_bytes, &reply, &answer)) check_answer(&answer);
    // An answer without an end may be cut anywhere.
    FUZZ_EXPECT(utf8_valid_bytes(buffer_text(&reply), reply.size_bytes) + 4 > reply.size_bytes);
}

int world_follow(struct world *world, const char *path, struct buffer *out_body) {
    AUTO(buffer_release) struct buffer reply = BUFFER_INIT(ANSWER_MAX_BYTES);
    struct answer answer = {0};
    struct error full;
    char request[256];

    (void)text_format(request, sizeof request,
                      "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n",
                      path);
    (void)send_and_receive(world, world->open_server, request, strlen(request), &reply, &answer);
    buffer_clear(out_body);
    if (answer.body_bytes > 0)
        FUZZ_EXPECT(buffer_append(out_body, answer.body, answer.body_bytes, &full));
    return answer.status;
}

int world_ask(struct world *world, const char *head, const char *body, size_t body_bytes,
              struct buffer *out_body) {
    AUTO(buffer_release) struct buffer request = BUFFER_INIT(ANSWER_MAX_BYTES);
    AUTO(buffer_release) struct buffer reply = BUFFER_INIT(ANSWER_MAX_BYTES);
    struct answer answer = {0};
    struct error full;

    if (world->socket < 0) world->socket = connect_to(world->open_server);
    (void)buffer_append_format(&request, "%s\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n",
                               head, body_bytes);
    FUZZ_EXPECT(buffer_append(&request, body, body_bytes, &full));
    FUZZ_EXPECT(send_all(world, world->socket, request.data, request.size_bytes));
    for (int turn = 0; !read_answer(&reply, &answer); turn++) {
        FUZZ_EXPECT(turn < WAIT_TURNS);
        (void)sd_event_run(world->loop, WAIT_US);
        FUZZ_EXPECT(receive(world->socket, &reply));
    }
    check_answer(&answer);
    buffer_clear(out_body);
    FUZZ_EXPECT(buffer_append(out_body, answer.body, answer.body_bytes, &full));
    return answer.status;
}

int world_call(struct world *world, const char *operation, const char *body, size_t body_bytes) {
    AUTO(buffer_release) struct buffer reply = BUFFER_INIT(ANSWER_MAX_BYTES);
    char head[256];

    (void)text_format(head, sizeof head, WORLD_CALL "%s", operation);
    return world_ask(world, head, body, body_bytes, &reply);
}

int world_call_text(struct world *world, const char *operation, const char *body) {
    return world_call(world, operation, body, strlen(body));
}
