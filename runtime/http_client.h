// Outgoing HTTP to Flink on the loopback interface: libcurl's multi interface on the daemon's loop.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct http_client;
struct http_request;

MUST_CHECK bool http_client_new(sd_event *loop, struct http_client **out_client, struct error *err);
// Drops every request that is under way; their callbacks are not called.
void http_client_free(struct http_client *client);
DEFINE_AUTO(http_client_free, struct http_client *);

struct http_reply {
    long status;
    const char *body; // borrowed for the call; followed by a 0 byte
    size_t size_bytes;
};

// Called once, from the loop, never from within http_client_send(): either `reply` or `err` (no
// answer: ERROR_UNAVAILABLE; too large: ERROR_LIMIT). The request is gone afterwards.
typedef void http_done_fn(void *userdata, const struct http_reply *reply, const struct error *err);

struct http_call {
    const char *method; // "GET", "POST", "PATCH"
    const char *url;    // http://127.0.0.1:...
    const char *body;   // JSON text, or NULL; copied
    int64_t timeout_ms;
    http_done_fn *done;
    void *userdata;
};

// The request belongs to the client; http_request_cancel() is the only thing to do with it.
struct http_request *http_client_send(struct http_client *client, const struct http_call *call);
// Its callback is not called any more. NULL is legal.
void http_request_cancel(struct http_request *request);
