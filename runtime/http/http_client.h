// Outgoing HTTP, to Flink on the loopback interface and to an S3 endpoint: libcurl's multi
// interface in the daemon's loop.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct http_client;
struct http_request;

MUST_CHECK bool http_client_new(sd_event *loop, struct http_client **out_client, struct error *err);
// From now on everything else that the loop has to do comes first: for requests with long bodies,
// of which each turn of the loop takes a megabyte or so.
void http_client_give_way(struct http_client *client);
// Cancels all requests that are under way; their callbacks are not called.
void http_client_free(struct http_client *client);
DEFINE_AUTO(http_client_free, struct http_client *);

struct http_reply {
    long status;
    const char *content_type; // "" when there is none
    const char *etag;         // the same
    const char *region;       // of an S3 bucket, the same
    const char *body;         // borrowed for the call; followed by a 0 byte
    size_t size_bytes;
};

// Called once, from the loop, never from within http_client_send(): either `reply` or `err` (no
// answer: ERROR_UNAVAILABLE; no TLS with a server that is trusted: ERROR_CONFIGURATION; too large:
// ERROR_LIMIT). The request is gone afterwards.
typedef void http_done_fn(void *userdata, const struct http_reply *reply, const struct error *err);

// Consumes a piece of the body of an answer with status 200, which is then not part of the reply.
// False: the request ends with ERROR_SYSTEM. It may pause its request.
typedef bool http_sink_fn(void *userdata, const char *bytes, size_t size_bytes);

// A body that is read from a file, piece by piece.
struct http_upload {
    int fd; // borrowed until the request is gone; its position is not used
    int64_t offset;
    int64_t size_bytes;
};

struct http_call {
    const char *method; // "GET", "POST", "PATCH"
    const char *url;
    const char *body;                 // text, or NULL; copied
    const char *body_type;            // NULL = JSON
    const struct http_upload *upload; // instead of `body`; copied. ERROR_SYSTEM: cannot be read
    const char *const *headers;       // "Name: value", ended by NULL; copied. NULL = none
    // To any host: https is allowed, and the timeout limits the time without any byte instead of
    // the whole request.
    bool is_remote;
    bool has_proxy; // the proxy of the environment is used, where it has one
    // A file of the certificates that are trusted; NULL = those of the system.
    const char *authorities;
    int64_t timeout_ms;
    size_t limit_bytes; // of the body that is kept; 0 = 16 MB
    http_sink_fn *sink; // NULL: the body is kept
    http_done_fn *done;
    void *userdata; // of done and of sink
};

// The client owns the request; the caller may only cancel it.
struct http_request *http_client_send(struct http_client *client, const struct http_call *call);
// Its callback is not called any more. NULL is legal. A callback may cancel its own request.
void http_request_cancel(struct http_request *request);
// From now on the body is not read. Some pieces that have been read may still come.
void http_request_pause(struct http_request *request);
// Not from within the sink, which may be called from here.
void http_request_resume(struct http_request *request);
