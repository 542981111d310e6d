// The HTTP server: libmicrohttpd in external epoll mode, within the daemon's event loop. No thread,
// no lock.
#pragma once

#include "api/admin/admin.h"
#include "api/auth.h"
#include "base/clock.h"
#include "base/error.h"
#include "openapi/document.h"

#include <systemd/sd-event.h>

struct app_service;
struct object_store;
struct http_server;

struct http_server_options {
    const char *listen_address; // "127.0.0.1" or another address of this host
    uint16_t port;              // 0 = any free one
    // Names of this host beyond those of http_guard.h, ended by NULL; borrowed.
    const char *const *allowed_hosts;
    const struct document *document; // what requests are checked against; borrowed
    const unsigned char *token_key;  // 32 bytes that sign page tokens and dashboard links; copied
    struct auth_keys auth_keys;      // borrowed; none = signatures are not checked
    struct clock wall_clock;         // for the dates of signatures
    struct admin_options admin;      // for kobel's own paths
    const struct object_store *objects; // of the S3 endpoint; borrowed; NULL = there is none
};

// Binds at once and serves from the loop's next turn. The errors of listen_socket_open().
MUST_CHECK bool http_server_new(sd_event *loop, struct app_service *service,
                                const struct clock *clock,
                                const struct http_server_options *options,
                                struct http_server **out_server, struct error *err);
// Opens the socket on which only S3 is served, on 127.0.0.1, for jobs. `port`: the one it had; 0 =
// any free one. ERROR_SYSTEM.
MUST_CHECK bool http_server_listen_for_jobs(struct http_server *server, uint16_t port,
                                            uint16_t *out_port, struct error *err);
uint16_t http_server_port(const struct http_server *server);
// Closes the listening socket and every connection. Calls that still wait are not answered.
void http_server_free(struct http_server *server);
DEFINE_AUTO(http_server_free, struct http_server *);
