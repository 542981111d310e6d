// Objects of an S3 endpoint (AWS, MinIO, LocalStack...): path style, signed, streamed to whoever
// wants the bytes, and asked for again when the endpoint does not answer.
#pragma once

#include "runtime/http/http_client.h"

struct s3_source;

struct s3_options {
    const char *endpoint; // "http://127.0.0.1:9000", without a path
    // As the AWS SDKs take them from the environment; "" = none (the request is not signed).
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

// A new attempt: what was taken before is worth nothing. Then pieces come again from the first.
typedef void s3_restart_fn(void *userdata);
// Called once, never from within s3_source_get(): `err` is NULL at the end of the object.
// ERROR_NOT_FOUND: there is no such object, or it must not be read. ERROR_INVALID: the endpoint
// does not answer, or with something else. ERROR_SYSTEM: the sink refused a piece.
typedef void s3_done_fn(void *userdata, const struct error *err);

struct s3_taker {
    s3_restart_fn *restart;
    http_sink_fn *sink;
    s3_done_fn *done;
    void *userdata;
};

MUST_CHECK bool s3_source_new(sd_event *loop, const struct s3_options *options,
                              struct s3_source **out_source, struct error *err);
// Drops what is under way without telling.
void s3_source_free(struct s3_source *source);
DEFINE_AUTO(s3_source_free, struct s3_source *);

struct s3_get;
struct s3_get *s3_source_get(struct s3_source *source, const struct s3_object *object,
                             const struct s3_taker *taker);
// Ends it without telling. NULL is legal.
void s3_get_cancel(struct s3_get *get);
