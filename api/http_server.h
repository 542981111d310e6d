// The HTTP side: libmicrohttpd in external epoll mode, nested in the daemon's loop. No thread, no
// lock.
#pragma once

#include "api/admin/admin.h"
#include "api/auth.h"
#include "base/clock.h"
#include "base/error.h"
#include "openapi/document.h"

#include <systemd/sd-event.h>

struct app_service;
struct http_server;

struct http_server_options {
    const char *listen_address;       // "127.0.0.1" or another address of this host
    uint16_t port;                    // 0 = any free one
    const char *const *allowed_hosts; // names of it beyond http_guard.h's, ended by NULL; borrowed
    const struct document *document;  // borrowed: what requests are checked against
    const unsigned char *token_key;   // 32 bytes that sign page tokens; copied
    struct auth_keys auth_keys;       // borrowed; none = signatures are not looked at
    struct clock wall_clock;          // what signatures are dated by
    struct admin_options admin;       // for kobel's own paths
};

// Binds at once and serves from the loop's next turn. ERROR_SYSTEM: the address is taken or not
// ours.
MUST_CHECK bool http_server_new(sd_event *loop, struct app_service *service,
                                const struct clock *clock,
                                const struct http_server_options *options,
                                struct http_server **out_server, struct error *err);
uint16_t http_server_port(const struct http_server *server);
// Closes the listening socket and every connection; calls that still wait are dropped.
void http_server_free(struct http_server *server);
DEFINE_AUTO(http_server_free, struct http_server *);
