#include "api/http_server.h"

#include "api/admin.h"
#include "api/fault.h"
#include "api/http_guard.h"
#include "api/protocol.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

// A base64 ZipFileContent of 50 MiB fits (api-semantics 2.5).
static const size_t BODY_MAX_BYTES = (size_t)70 << 20;
enum { CONNECTIONS_MAX = 512, IDLE_TIMEOUT_S = 60, HEADER_MEMORY_BYTES = 32768 };

static const char AMZ_JSON[] = "application/x-amz-json-1.1";

struct http_server {
    struct MHD_Daemon *daemon;
    sd_event *loop;
    sd_event_source *io;
    sd_event_source *timer;
    struct http_server_options options;
    char listen_address[64];
    struct api_context context;
    struct document *document;
    struct exchange *exchanges;
    uint16_t port;
};

// One request and its answer.
struct exchange {
    struct http_server *server;
    struct exchange *next;
    struct MHD_Connection *connection;
    struct buffer body;
    bool is_too_large;
    bool is_suspended;
    struct call *call; // under way
    struct MHD_Response *response;
    unsigned status;
    const char *operation; // for the log; borrowed from the document
    char request_id[CALL_REQUEST_ID_SIZE];
    int64_t began_us;
};

// --- the loop ---

// Asks libmicrohttpd when it wants to run next: relative milliseconds there, absolute microseconds
// here.
static void set_timer(struct http_server *server) {
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    uint64_t now_us;

    if (MHD_get_timeout(server->daemon, &timeout_ms) != MHD_YES) {
        (void)sd_event_source_set_enabled(server->timer, SD_EVENT_OFF);
        return;
    }
    (void)sd_event_now(server->loop, CLOCK_MONOTONIC, &now_us);
    (void)sd_event_source_set_time(server->timer, now_us + (uint64_t)timeout_ms * 1000);
    (void)sd_event_source_set_enabled(server->timer, SD_EVENT_ONESHOT);
}

static void run_soon(struct http_server *server) {
    (void)sd_event_source_set_time(server->timer, 0);
    (void)sd_event_source_set_enabled(server->timer, SD_EVENT_ONESHOT);
}

static void run(struct http_server *server) {
    (void)MHD_run(server->daemon);
    set_timer(server);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
    (void)source;
    (void)fd;
    (void)events;
    run(userdata);
    return 0;
}

static int on_timer(sd_event_source *source, uint64_t now_us, void *userdata) {
    (void)source;
    (void)now_us;
    run(userdata);
    return 0;
}

// --- answers ---

static void set_response(struct exchange *exchange, int status, const char *content_type,
                         const char *body, const char *error_type) {
    // Copied: the body belongs to whoever answers.
    union {
        const char *in;
        void *out;
    } text = {.in = body};
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(body), text.out, MHD_RESPMEM_MUST_COPY);

    if (response == NULL) abort();
    (void)MHD_add_response_header(response, "Content-Type", content_type);
    (void)MHD_add_response_header(response, "x-amzn-RequestId", exchange->request_id);
    if (error_type != NULL) (void)MHD_add_response_header(response, "x-amzn-ErrorType", error_type);
    exchange->response = response;
    exchange->status = (unsigned)status;
}

static void log_answer(const struct exchange *exchange, const char *error_type) {
    log_debug("api", "answered", "request=%s operation=%s status=%u error=%s us=%lld",
              exchange->request_id, exchange->operation == NULL ? "-" : exchange->operation,
              exchange->status, error_type == NULL ? "-" : error_type,
              (long long)(clock_monotonic_us() - exchange->began_us));
}

// The answer of a call: at once, or later, when the connection sleeps.
static void on_answer(void *userdata, int status, const char *body, const char *error_type) {
    struct exchange *exchange = userdata;

    exchange->call = NULL;
    set_response(exchange, status, AMZ_JSON, body, error_type);
    log_answer(exchange, error_type);
    if (!exchange->is_suspended) return;
    exchange->is_suspended = false;
    MHD_resume_connection(exchange->connection);
    // A resumed connection is looked at by the next run, which MHD_get_timeout() does not ask for.
    run_soon(exchange->server);
}

static void answer_refusal(struct exchange *exchange, const struct protocol_refusal *refusal) {
    if (refusal->error_type == NULL) {
        set_response(exchange, refusal->status, "application/xml", refusal->body, NULL);
        return;
    }
    AUTO(memory_free)
    char *body = fault_body(refusal->error_type, refusal->has_message ? refusal->message : NULL);
    set_response(exchange, refusal->status, AMZ_JSON, body, refusal->error_type);
    log_answer(exchange, refusal->error_type);
}

static const char *header(const struct exchange *exchange, const char *name) {
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

static void begin_call(struct exchange *exchange, const char *method, const char *path) {
    struct http_server *server = exchange->server;
    struct protocol_request request = {
        .method = method,
        .path = path,
        .content_type = header(exchange, "Content-Type"),
        .target = header(exchange, "X-Amz-Target"),
        .authorization = header(exchange, "Authorization"),
        .credential = MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND,
                                                  "X-Amz-Credential"),
        .body = buffer_text(&exchange->body),
        .body_bytes = exchange->body.size_bytes,
    };
    struct protocol_refusal refusal;
    struct protocol_call read;

    if (!protocol_read(server->document, &request, &read, &refusal)) {
        answer_refusal(exchange, &refusal);
        return;
    }
    buffer_release(&exchange->body);
    struct call *call = memory_alloc(sizeof *call);
    call->context = &server->context;
    call->operation = read.operation;
    call->scope = read.scope;
    call->request = read.request;
    call->connection = exchange;
    call->answer = on_answer;
    (void)text_copy(call->request_id, sizeof call->request_id, exchange->request_id);
    exchange->operation = read.operation->name;
    exchange->call = call;
    read.row->run(call);
}

static void answer(struct exchange *exchange, const char *method, const char *path) {
    struct http_server *server = exchange->server;
    struct admin_reply admin;

    if (!http_guard_admits(header(exchange, "Origin"), header(exchange, "Host"),
                           server->listen_address)) {
        AUTO(memory_free)
        char *body = fault_body("AccessDeniedException", "requests of other web pages are refused");
        set_response(exchange, 403, AMZ_JSON, body, "AccessDeniedException");
        return;
    }
    if (exchange->is_too_large) {
        AUTO(memory_free) char *body = fault_body("RequestEntityTooLargeException", NULL);
        set_response(exchange, 413, AMZ_JSON, body, "RequestEntityTooLargeException");
        return;
    }
    if (admin_answer(&server->options, server->context.service, method, path, &admin)) {
        set_response(exchange, admin.status, admin.content_type, admin.body, NULL);
        memory_free(admin.body);
        return;
    }
    begin_call(exchange, method, path);
}

// --- libmicrohttpd's callbacks ---

static struct exchange *begin_exchange(struct http_server *server,
                                       struct MHD_Connection *connection) {
    struct exchange *exchange = memory_alloc(sizeof *exchange);
    int64_t length;

    exchange->server = server;
    exchange->connection = connection;
    exchange->body = BUFFER_INIT(BODY_MAX_BYTES);
    exchange->began_us = clock_monotonic_us();
    digest_random_uuid(exchange->request_id);
    exchange->next = server->exchanges;
    server->exchanges = exchange;
    const char *announced = header(exchange, "Content-Length");
    exchange->is_too_large =
        announced != NULL && text_to_int64(announced, &length) && length > (int64_t)BODY_MAX_BYTES;
    return exchange;
}

static enum MHD_Result send_response(struct exchange *exchange) {
    enum MHD_Result sent =
        MHD_queue_response(exchange->connection, exchange->status, exchange->response);

    MHD_destroy_response(exchange->response);
    exchange->response = NULL;
    return sent;
}

static enum MHD_Result on_request(void *userdata, struct MHD_Connection *connection,
                                  const char *url, const char *method, const char *version,
                                  const char *upload, size_t *upload_bytes, void **place) {
    struct http_server *server = userdata;
    struct exchange *exchange = *place;
    struct error full;

    (void)version;
    if (exchange == NULL) {
        *place = exchange = begin_exchange(server, connection);
        if (!exchange->is_too_large) return MHD_YES;
        // Said before the body is sent; the connection ends with it.
        answer(exchange, method, url);
        return send_response(exchange);
    }
    if (*upload_bytes > 0) {
        if (!exchange->is_too_large &&
            !buffer_append(&exchange->body, upload, *upload_bytes, &full)) {
            exchange->is_too_large = true;
            buffer_release(&exchange->body);
        }
        *upload_bytes = 0;
        return MHD_YES;
    }
    if (exchange->response == NULL) answer(exchange, method, url);
    if (exchange->response != NULL) return send_response(exchange);
    exchange->is_suspended = true;
    MHD_suspend_connection(connection);
    return MHD_YES;
}

static void on_completed(void *userdata, struct MHD_Connection *connection, void **place,
                         enum MHD_RequestTerminationCode code) {
    struct http_server *server = userdata;
    struct exchange *exchange = *place;
    struct exchange **link = &server->exchanges;

    (void)connection;
    (void)code;
    if (exchange == NULL) return;
    while (*link != exchange)
        link = &(*link)->next;
    *link = exchange->next;
    if (exchange->call != NULL) exchange->call->connection = NULL;
    if (exchange->response != NULL) MHD_destroy_response(exchange->response);
    buffer_release(&exchange->body);
    memory_free(exchange);
    *place = NULL;
}

// --- life ---

static bool read_address(const struct http_server_options *options, struct sockaddr_in *out,
                         struct error *err) {
    *out = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(options->port)};
    const char *address =
        text_equal(options->listen_address, "localhost") ? "127.0.0.1" : options->listen_address;
    if (inet_pton(AF_INET, address, &out->sin_addr) == 1) return true;
    return error_set(err, ERROR_INVALID, "'%s' is no IPv4 address to listen on",
                     options->listen_address);
}

static bool start(struct http_server *server, const struct sockaddr_in *address,
                  struct error *err) {
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TCP_FASTOPEN;

    errno = 0;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_MEMORY_BYTES,
        MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_END);
    if (server->daemon != NULL) return true;
    return error_system(err, errno == 0 ? EADDRINUSE : errno, "listen on %s port %u",
                        server->listen_address, ntohs(address->sin_port));
}

static bool join_loop(struct http_server *server, struct error *err) {
    const union MHD_DaemonInfo *epoll =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    const union MHD_DaemonInfo *port =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);

    if (epoll == NULL || port == NULL)
        return error_set(err, ERROR_SYSTEM, "libmicrohttpd has no epoll here");
    server->port = port->port;
    int code = sd_event_add_io(server->loop, &server->io, epoll->epoll_fd, EPOLLIN, on_io, server);
    if (code < 0) return error_system(err, -code, "watch the listening socket");
    code =
        sd_event_add_time(server->loop, &server->timer, CLOCK_MONOTONIC, 0, 1000, on_timer, server);
    if (code < 0) return error_system(err, -code, "timer of the HTTP server");
    set_timer(server);
    return true;
}

bool http_server_new(sd_event *loop, struct app_service *service, const struct clock *clock,
                     const struct http_server_options *options, struct http_server **out_server,
                     struct error *err) {
    AUTO(http_server_free) struct http_server *server = memory_alloc(sizeof *server);
    struct sockaddr_in address;

    server->loop = sd_event_ref(loop);
    server->options = *options;
    (void)text_copy(server->listen_address, sizeof server->listen_address, options->listen_address);
    server->context.service = service;
    server->context.clock = clock;
    memcpy(server->context.token_key, options->token_key, sizeof server->context.token_key);
    if (!document_open(&server->document, err)) return false;
    if (!read_address(options, &address, err) || !start(server, &address, err) ||
        !join_loop(server, err))
        return false;
    *out_server = TAKE(server);
    return true;
}

uint16_t http_server_port(const struct http_server *server) {
    return server->port;
}

void http_server_free(struct http_server *server) {
    if (server == NULL) return;
    for (struct exchange *exchange = server->exchanges; exchange != NULL;
         exchange = exchange->next) {
        if (!exchange->is_suspended) continue;
        exchange->is_suspended = false;
        // A call that still waits is answered into nothing; libmicrohttpd insists on waking what
        // sleeps before it ends.
        exchange->call->connection = NULL;
        exchange->call = NULL;
        set_response(exchange, 503, AMZ_JSON, "{}", NULL);
        MHD_resume_connection(exchange->connection);
    }
    if (server->daemon != NULL) MHD_stop_daemon(server->daemon);
    (void)sd_event_source_disable_unref(server->io);
    (void)sd_event_source_disable_unref(server->timer);
    (void)sd_event_unref(server->loop);
    document_free(server->document);
    memory_free(server);
}
