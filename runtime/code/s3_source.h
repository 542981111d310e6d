// Reads objects of an S3 endpoint (AWS, MinIO, LocalStack...): in path style, signed, streamed to
// the caller, and retried when the endpoint does not answer.
#pragma once

#include "runtime/http/http_client.h"

struct s3_source;

struct s3_options {
    const char *endpoint; // "http://127.0.0.1:9000", without a path
    // The same as for the AWS SDKs; "" = none, and requests are not signed.
    const char *access_key;
    const char *secret_key;
    const char *session_token;
    const char *region;
};

struct s3_object {
    const char *bucket; // borrowed for the call
    const char *key;
    const char *version; // NULL = the newest
};

// A new attempt begins: discard all pieces. They come again from the first one.
typedef void s3_restart_fn(void *userdata);
// Called once, never from within s3_source_get(): `err` is NULL at the end of the object.
// ERROR_NOT_FOUND: no such object, or no permission to read it. ERROR_INVALID: the endpoint does
// not answer, or with a server error. ERROR_SYSTEM: the sink refused a piece.
typedef void s3_done_fn(void *userdata, const struct error *err);

struct s3_receiver {
    s3_restart_fn *restart;
    http_sink_fn *sink;
    s3_done_fn *done;
    void *userdata;
};

MUST_CHECK bool s3_source_new(sd_event *loop, const struct s3_options *options,
                              struct s3_source **out_source, struct error *err);
// Cancels all requests; their callbacks are not called.
void s3_source_free(struct s3_source *source);
DEFINE_AUTO(s3_source_free, struct s3_source *);

struct s3_get;
struct s3_get *s3_source_get(struct s3_source *source, const struct s3_object *object,
                             const struct s3_receiver *receiver);
// Cancels it; its callbacks are not called. NULL is legal.
void s3_get_cancel(struct s3_get *get);
