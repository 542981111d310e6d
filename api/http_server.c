#include "api/http_server.h"

#include "api/exchange.h"
#include "api/traffic.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/commands/app_service_own.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>

enum { IDLE_TIMEOUT_S = 60, HEADER_MEMORY_BYTES = 16384 };

struct http_server {
    struct MHD_Daemon *daemon;
    sd_event *loop;
    sd_event_source *io;
    sd_event_source *timer;
    struct exchange_parts parts;
    struct traffic traffic;
    struct exchange *exchanges;
    struct peer *first_peer; // those without a request come in the order of how long they are
    struct peer *last_peer;
    int peer_count;
    uint16_t port;
    bool is_in_turn; // within MHD_run()
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

static void suspend(struct exchange *exchange) {
    exchange->is_suspended = true;
    MHD_suspend_connection(exchange->connection);
}

static void resume(struct exchange *exchange) {
    exchange->is_suspended = false;
    MHD_resume_connection(exchange->connection);
}

// Ends the turn: what its requests wrote is committed together, and only then are they told. False:
// nobody was waiting for that.
static bool commit_turn(struct http_server *server) {
    struct error err;

    if (!app_service_has_batch(server->parts.context.service)) return false;
    bool is_committed = app_service_commit_batch(server->parts.context.service, &err);
    if (!is_committed)
        log_error("api", "a turn could not be committed", "reason=\"%s\"", err.message);
    for (struct exchange *exchange = server->exchanges; exchange != NULL;
         exchange = exchange->next) {
        if (!exchange->is_suspended || exchange->response == NULL) continue;
        if (!is_committed) exchange_fail(exchange, 500, err.message);
        resume(exchange);
    }
    return true;
}

static void run(struct http_server *server) {
    do {
        server->is_in_turn = true;
        app_service_begin_batch(server->parts.context.service);
        (void)MHD_run(server->daemon);
        server->is_in_turn = false;
    } while (commit_turn(server));
    app_service_end_batch(server->parts.context.service);
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

// An exchange that slept has its answer.
static void on_answered(void *userdata, struct exchange *exchange) {
    struct http_server *server = userdata;

    // Within a turn it may have been answered by another request's doing: the end of the turn
    // wakes it, if there is something to commit, and else this does.
    if (!exchange->is_suspended) return;
    if (server->is_in_turn && app_service_has_batch(server->parts.context.service)) return;
    resume(exchange);
    // A resumed connection is looked at by the next run, which MHD_get_timeout() does not ask for.
    run_soon(server);
}

// --- libmicrohttpd's callbacks ---

// A connection. Its request line is kept, since libmicrohttpd unescapes it in place before it shows
// it.
struct peer {
    struct peer *previous;
    struct peer *next;
    struct MHD_Connection *connection;
    char *uri;
    bool has_request; // all of its head has come, and it is not answered
    bool is_ending;
};

static void unlink_peer(struct http_server *server, struct peer *peer) {
    *(peer->previous == NULL ? &server->first_peer : &peer->previous->next) = peer->next;
    *(peer->next == NULL ? &server->last_peer : &peer->next->previous) = peer->previous;
    peer->previous = NULL;
    peer->next = NULL;
    server->peer_count--;
}

static void append_peer(struct http_server *server, struct peer *peer) {
    peer->previous = server->last_peer;
    *(server->last_peer == NULL ? &server->first_peer : &server->last_peer->next) = peer;
    server->last_peer = peer;
    server->peer_count++;
}

static int socket_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info == NULL ? -1 : info->connect_fd;
}

// libmicrohttpd finds out with the next look at its socket.
static void end_connection(struct MHD_Connection *connection) {
    (void)shutdown(socket_of(connection), SHUT_RDWR);
}

// libmicrohttpd 0.9.75 does not see the end of a stream that comes together with its last bytes,
// and would wait for the rest of the body until the connection has been idle for long.
static bool has_gone(struct MHD_Connection *connection) {
    char byte;

    return recv(socket_of(connection), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

// Uploads that have had their time, or whose clients have gone, hold bytes and connections that
// others want.
static void end_useless_uploads(struct http_server *server) {
    for (struct exchange *exchange = server->exchanges; exchange != NULL; exchange = exchange->next)
        if (exchange_is_slow(exchange) || (!exchange->has_all && has_gone(exchange->connection)))
            end_connection(exchange->connection);
}

// So that whoever has a request always gets in: the one that has had none for longest goes.
static void make_room(struct http_server *server) {
    if (server->peer_count <= TRAFFIC_CONNECTIONS_MAX - TRAFFIC_CONNECTIONS_FREE) return;
    for (struct peer *peer = server->first_peer; peer != NULL; peer = peer->next) {
        if (peer->has_request || peer->is_ending) continue;
        peer->is_ending = true;
        end_connection(peer->connection);
        return;
    }
    end_useless_uploads(server);
}

static void on_connection(void *userdata, struct MHD_Connection *connection, void **place,
                          enum MHD_ConnectionNotificationCode code) {
    struct http_server *server = userdata;
    struct peer *peer = *place;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        make_room(server);
        *place = peer = memory_alloc(sizeof *peer);
        peer->connection = connection;
        append_peer(server, peer);
        return;
    }
    unlink_peer(server, peer);
    memory_free(peer->uri);
    memory_free(peer);
    *place = NULL;
}

static struct peer *peer_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info->socket_context;
}

static void *on_request_line(void *userdata, const char *uri, struct MHD_Connection *connection) {
    struct peer *peer = peer_of(connection);

    (void)userdata;
    memory_free(peer->uri);
    peer->uri = memory_copy_text(uri);
    return NULL;
}

static enum MHD_Result on_request(void *userdata, struct MHD_Connection *connection,
                                  const char *url, const char *method, const char *version,
                                  const char *upload, size_t *upload_bytes, void **place) {
    struct http_server *server = userdata;
    struct exchange *exchange = *place;

    (void)url;
    (void)version;
    if (exchange == NULL) {
        struct peer *peer = peer_of(connection);
        peer->has_request = true;
        *place = exchange = exchange_new(&server->parts, connection, peer->uri, method);
        exchange->next = server->exchanges;
        server->exchanges = exchange;
        if (exchange->is_crowded_out) end_useless_uploads(server);
        if (!exchange_is_refused(exchange)) return MHD_YES;
        // Said before the body is sent; the connection ends with it.
        exchange_answer(exchange);
        return exchange_send(exchange);
    }
    if (*upload_bytes > 0) {
        exchange_take(exchange, upload, *upload_bytes);
        *upload_bytes = 0;
        return MHD_YES;
    }
    bool is_woken = exchange->response != NULL;
    if (!is_woken) exchange_answer(exchange);
    // What this turn has written is not on disk yet, and what it has read may depend on it.
    bool is_held = !is_woken && app_service_has_batch(server->parts.context.service);
    if (exchange->response != NULL && !is_held) return exchange_send(exchange);
    suspend(exchange);
    return MHD_YES;
}

static void on_completed(void *userdata, struct MHD_Connection *connection, void **place,
                         enum MHD_RequestTerminationCode code) {
    struct http_server *server = userdata;
    struct exchange *exchange = *place;
    struct exchange **link = &server->exchanges;
    struct peer *peer = peer_of(connection);

    (void)code;
    if (peer != NULL) {
        peer->has_request = false;
        unlink_peer(server, peer);
        append_peer(server, peer);
    }
    if (exchange == NULL) return;
    while (*link != exchange)
        link = &(*link)->next;
    *link = exchange->next;
    exchange_free(exchange);
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

// A socket of our own: libmicrohttpd's "address reuse" is SO_REUSEPORT on Linux, by which a second
// daemon would share the port and take every other request. SO_REUSEADDR only lets a daemon follow
// one that has just ended.
static bool open_socket(const struct http_server *server, const struct sockaddr_in *address,
                        int *out_fd, struct error *err) {
    const char *listen_address = server->parts.listen_address;
    unsigned port = ntohs(address->sin_port);
    int one = 1;
    AUTO(file_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) return error_system(err, errno, "open a socket to listen on");
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 &&
        listen(fd, SOMAXCONN) == 0) {
        *out_fd = file_take(&fd);
        return true;
    }
    int number = errno;
    if (number == EADDRINUSE)
        return error_set(err, ERROR_SYSTEM,
                         "%s port %u: Address already in use. Another kobel daemon or another "
                         "program listens there: end it, or take another --port (0 = a free one)",
                         listen_address, port);
    return error_system(err, number, "listen on %s port %u", listen_address, port);
}

static bool start(struct http_server *server, const struct sockaddr_in *address,
                  struct error *err) {
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TCP_FASTOPEN;
    int fd = -1;

    if (!open_socket(server, address, &fd, err)) return false;
    struct sockaddr_in bound = {0};
    socklen_t bound_bytes = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &bound_bytes) == 0)
        server->port = ntohs(bound.sin_port);
    // The socket is libmicrohttpd's from here on, also when it does not start.
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, server,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)TRAFFIC_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEADER_MEMORY_BYTES, MHD_OPTION_END);
    return server->daemon != NULL ||
           error_set(err, ERROR_SYSTEM, "libmicrohttpd does not start on %s port %u",
                     server->parts.listen_address, ntohs(address->sin_port));
}

static bool join_loop(struct http_server *server, struct error *err) {
    const union MHD_DaemonInfo *epoll =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    if (epoll == NULL) return error_set(err, ERROR_SYSTEM, "libmicrohttpd has no epoll here");
    int code = sd_event_add_io(server->loop, &server->io, epoll->epoll_fd, EPOLLIN, on_io, server);
    if (code < 0) return error_system(err, -code, "watch the listening socket");
    code =
        // As exact as can be: libmicrohttpd also means "at once" by a timeout.
        sd_event_add_time(server->loop, &server->timer, CLOCK_MONOTONIC, 0, 1, on_timer, server);
    if (code < 0) return error_system(err, -code, "timer of the HTTP server");
    set_timer(server);
    return true;
}

bool http_server_new(sd_event *loop, struct app_service *service, const struct clock *clock,
                     const struct http_server_options *options, struct http_server **out_server,
                     struct error *err) {
    AUTO(http_server_free) struct http_server *server = memory_alloc(sizeof *server);
    struct exchange_parts *parts = &server->parts;
    struct sockaddr_in address;

    server->loop = sd_event_ref(loop);
    parts->options = *options;
    parts->loop = loop;
    parts->traffic = &server->traffic;
    parts->on_answered = on_answered;
    parts->userdata = server;
    (void)text_copy(parts->listen_address, sizeof parts->listen_address, options->listen_address);
    http_guard_init(&parts->guard, parts->listen_address, options->allowed_hosts);
    parts->context.service = service;
    parts->context.clock = *clock;
    memcpy(parts->context.token_key, options->token_key, sizeof parts->context.token_key);
    parts->replies = reply_cache_new();
    parts->waits = event_waits_new(loop, service);
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
        // Answered into nothing; libmicrohttpd insists on waking what sleeps before it ends.
        exchange_fail(exchange, 503, "kobel is stopping");
        resume(exchange);
    }
    (void)sd_event_source_disable_unref(server->io);
    if (server->daemon != NULL) MHD_stop_daemon(server->daemon);
    (void)sd_event_source_disable_unref(server->timer);
    (void)sd_event_unref(server->loop);
    reply_cache_free(server->parts.replies);
    event_waits_free(server->parts.waits);
    memory_free(server);
}
