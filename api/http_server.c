#include "api/http_server.h"

#include "api/admin/event_wait.h"
#include "api/admin/used_links.h"
#include "api/exchange.h"
#include "api/http_peers.h"
#include "api/listen_socket.h"
#include "api/reply_cache.h"
#include "api/s3_listener.h"
#include "api/traffic.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/commands/app_service_own.h"

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
    struct exchange_shared shared;
    struct traffic traffic;
    struct exchange *exchanges;
    struct http_peers peers;
    uint16_t port;
    bool is_in_turn; // within MHD_run()
    struct s3_listener *jobs;
    int job_connections;
};

// --- the loop ---

// When libmicrohttpd wants to run next: relative milliseconds there, absolute microseconds here.
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

// Ends the turn: what its requests wrote is committed together, and only then are they answered.
// False: there was nothing to commit.
static bool commit_turn(struct http_server *server) {
    struct error err;

    if (!app_service_has_batch(server->shared.context.service)) return false;
    bool is_committed = app_service_commit_batch(server->shared.context.service, &err);
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
        app_service_begin_batch(server->shared.context.service);
        (void)MHD_run(server->daemon);
        server->is_in_turn = false;
    } while (commit_turn(server));
    app_service_end_batch(server->shared.context.service);
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

// A suspended exchange has its answer.
static void on_answered(void *userdata, struct exchange *exchange) {
    struct http_server *server = userdata;

    // Another request of the same turn may have caused the answer. It is sent after the commit of
    // that turn, if there is something to commit.
    if (!exchange->is_suspended) return;
    if (server->is_in_turn && app_service_has_batch(server->shared.context.service)) return;
    resume(exchange);
    // The next run serves a resumed connection, and MHD_get_timeout() does not ask for that run.
    run_soon(server);
}

// --- libmicrohttpd's callbacks ---

// Slow uploads, and those whose clients have gone, hold memory and connections that others need.
static void end_useless_uploads(struct http_server *server) {
    for (struct exchange *exchange = server->exchanges; exchange != NULL; exchange = exchange->next)
        if (exchange_is_slow(exchange) ||
            (!exchange->has_whole_body && http_peer_has_gone(exchange->connection)))
            http_peer_shut_down(exchange->connection);
}

// By the socket: the library may call back later than it gets the connection.
static bool is_for_jobs(const struct http_server *server, struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct sockaddr_in address = {0};
    socklen_t size_bytes = sizeof address;

    return server->jobs != NULL &&
           getsockname(info->connect_fd, (struct sockaddr *)&address, &size_bytes) == 0 &&
           address.sin_family == AF_INET &&
           ntohs(address.sin_port) == s3_listener_port(server->jobs);
}

static void on_connection(void *userdata, struct MHD_Connection *connection, void **place,
                          enum MHD_ConnectionNotificationCode code) {
    struct http_server *server = userdata;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        if (!http_peers_make_room(&server->peers)) end_useless_uploads(server);
        struct http_peer *peer = http_peer_add(&server->peers, connection);
        peer->is_for_jobs = is_for_jobs(server, connection);
        server->job_connections += peer->is_for_jobs;
        *place = peer;
        return;
    }
    const struct http_peer *peer = *place;
    server->job_connections -= peer->is_for_jobs;
    http_peer_remove(&server->peers, *place);
    *place = NULL;
}

static struct http_peer *peer_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info->socket_context;
}

static void *on_request_line(void *userdata, const char *uri, struct MHD_Connection *connection) {
    struct http_peer *peer = peer_of(connection);

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
        struct http_peer *peer = peer_of(connection);
        peer->has_request = true;
        *place = exchange =
            exchange_new(&server->shared, connection, peer->uri, method, peer->is_for_jobs);
        exchange->next = server->exchanges;
        server->exchanges = exchange;
        if (exchange->body_state == EXCHANGE_BODY_NO_ROOM) end_useless_uploads(server);
        if (!exchange_is_refused(exchange)) return MHD_YES;
        // Answered before the body is sent; the connection ends after the answer.
        exchange_answer(exchange);
        return exchange_send(exchange);
    }
    if (*upload_bytes > 0) {
        exchange_receive(exchange, upload, *upload_bytes);
        *upload_bytes = 0;
        if (exchange_is_full(exchange)) suspend(exchange);
        return MHD_YES;
    }
    bool is_woken = exchange->response != NULL;
    if (!is_woken) exchange_answer(exchange);
    // What this turn has written is not committed yet, and the answer may depend on it.
    bool is_held = !is_woken && app_service_has_batch(server->shared.context.service);
    if (exchange->response != NULL && !is_held) return exchange_send(exchange);
    suspend(exchange);
    return MHD_YES;
}

static void on_completed(void *userdata, struct MHD_Connection *connection, void **place,
                         enum MHD_RequestTerminationCode code) {
    struct http_server *server = userdata;
    struct exchange *exchange = *place;
    struct exchange **link = &server->exchanges;
    struct http_peer *peer = peer_of(connection);

    (void)code;
    if (peer != NULL) http_peer_idle(&server->peers, peer);
    if (exchange == NULL) return;
    while (*link != exchange)
        link = &(*link)->next;
    *link = exchange->next;
    exchange_free(exchange);
    *place = NULL;
}

// --- life ---

static bool start(struct http_server *server, struct error *err) {
    const struct exchange_shared *shared = &server->shared;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TCP_FASTOPEN;
    int fd = -1;

    if (!listen_socket_open(shared->listen_address, shared->options.port, &fd, &server->port, err))
        return false;
    // libmicrohttpd owns the socket from here on, also when it does not start.
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, server,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)TRAFFIC_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEADER_MEMORY_BYTES, MHD_OPTION_END);
    return server->daemon != NULL ||
           error_set(err, ERROR_SYSTEM, "libmicrohttpd does not start on %s port %u",
                     shared->listen_address, server->port);
}

static bool join_loop(struct http_server *server, struct error *err) {
    const union MHD_DaemonInfo *epoll =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    if (epoll == NULL)
        return error_set(err, ERROR_SYSTEM, "libmicrohttpd has no epoll descriptor on this system");
    int code = sd_event_add_io(server->loop, &server->io, epoll->epoll_fd, EPOLLIN, on_io, server);
    if (code < 0) return error_system(err, -code, "watch the listening socket");
    // Accuracy of 1 us: a timeout of libmicrohttpd may mean "at once".
    code = sd_event_add_time(server->loop, &server->timer, CLOCK_MONOTONIC, 0, 1, on_timer, server);
    if (code < 0) return error_system(err, -code, "timer of the HTTP server");
    set_timer(server);
    return true;
}

bool http_server_new(sd_event *loop, struct app_service *service, const struct clock *clock,
                     const struct http_server_options *options, struct http_server **out_server,
                     struct error *err) {
    AUTO(http_server_free) struct http_server *server = memory_alloc(sizeof *server);
    struct exchange_shared *shared = &server->shared;

    server->loop = sd_event_ref(loop);
    shared->options = *options;
    shared->loop = loop;
    shared->traffic = &server->traffic;
    shared->on_answered = on_answered;
    shared->userdata = server;
    (void)text_copy(shared->listen_address, sizeof shared->listen_address, options->listen_address);
    http_guard_init(&shared->guard, shared->listen_address, options->allowed_hosts);
    shared->context.service = service;
    shared->context.clock = *clock;
    memcpy(shared->context.token_key, options->token_key, sizeof shared->context.token_key);
    shared->replies = reply_cache_new();
    shared->used_links = used_links_new();
    shared->waits = event_waits_new(loop, service);
    if (!start(server, err) || !join_loop(server, err)) return false;
    *out_server = TAKE(server);
    return true;
}

// Jobs must not use up the connections of the API.
static void on_job_connection(void *userdata, int fd, const struct sockaddr *address,
                              socklen_t address_bytes) {
    struct http_server *server = userdata;

    if (server->job_connections >= TRAFFIC_JOB_CONNECTIONS_MAX) {
        file_close(fd);
        return;
    }
    // It closes the socket also when it fails.
    (void)MHD_add_connection(server->daemon, fd, address, address_bytes);
    run(server);
}

bool http_server_listen_for_jobs(struct http_server *server, uint16_t port, uint16_t *out_port,
                                 struct error *err) {
    if (!s3_listener_open(server->loop, port, on_job_connection, server, &server->jobs, err))
        return false;
    *out_port = s3_listener_port(server->jobs);
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
        // libmicrohttpd wants every connection resumed before it ends; the answer is not sent.
        exchange_fail(exchange, 503, "kobel is stopping");
        resume(exchange);
    }
    s3_listener_free(server->jobs);
    (void)sd_event_source_disable_unref(server->io);
    if (server->daemon != NULL) MHD_stop_daemon(server->daemon);
    (void)sd_event_source_disable_unref(server->timer);
    (void)sd_event_unref(server->loop);
    reply_cache_free(server->shared.replies);
    event_waits_free(server->shared.waits);
    used_links_free(server->shared.used_links);
    memory_free(server);
}
