// A second socket to listen on, on which only S3 is served: the sandbox lets jobs connect to it,
// and not to the API (docs/decisions/0040-an-s3-endpoint.md).
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

struct s3_listener;

// Owns `fd`, which does not block.
typedef void s3_listener_accept_fn(void *userdata, int fd, const struct sockaddr *address,
                                   socklen_t address_bytes);

// On 127.0.0.1; `port` 0 = any free one. Where it is in use, another one is taken, too.
MUST_CHECK bool s3_listener_open(sd_event *loop, uint16_t port, s3_listener_accept_fn *accept,
                                 void *userdata, struct s3_listener **out_listener,
                                 struct error *err);
uint16_t s3_listener_port(const struct s3_listener *listener);
void s3_listener_free(struct s3_listener *listener); // NULL is legal
DEFINE_AUTO(s3_listener_free, struct s3_listener *);
