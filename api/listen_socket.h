// The socket on which the daemon listens for HTTP. No second daemon gets the same port.
#pragma once

#include "base/error.h"

#include <stdint.h>

// `address`: an IPv4 address of this host, or "localhost". `port` 0 = any free one; *out_port is
// the one that was bound. The caller closes the socket. ERROR_INVALID: not an IPv4 address.
// ERROR_SYSTEM: the port is in use, or this host does not have the address.
MUST_CHECK bool listen_socket_open(const char *address, uint16_t port, int *out_fd,
                                   uint16_t *out_port, struct error *err);
