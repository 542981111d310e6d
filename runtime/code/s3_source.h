// Reads objects of an S3 endpoint, streamed to the caller.
#pragma once

#include "runtime/s3/s3_client.h"

struct s3_object {
    const char *bucket; // borrowed for the call
    const char *key;
    const char *version; // NULL = the newest
};

// Called once, never from within s3_source_get(): `err` is NULL at the end of the object.
// ERROR_NOT_FOUND: no such object, or no permission to read it. ERROR_INVALID: the endpoint does
// not answer, is not trusted, is of another Region, or answers with a server error. ERROR_SYSTEM:
// the sink refused a piece.
typedef void s3_done_fn(void *userdata, const struct error *err);

struct s3_receiver {
    s3_restart_fn *restart;
    http_sink_fn *sink;
    s3_done_fn *done;
    void *userdata;
};

struct s3_get;
struct s3_get *s3_source_get(struct s3_client *client, const struct s3_object *object,
                             const struct s3_receiver *receiver);
// Cancels it; its callbacks are not called. NULL is legal.
void s3_get_cancel(struct s3_get *get);
