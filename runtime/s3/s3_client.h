// Requests to an S3 endpoint (AWS, MinIO, LocalStack...): in path style, signed, and repeated when
// the endpoint does not answer. The only place that signs for S3.
#pragma once

#include "runtime/http/http_client.h"

struct s3_client;
struct s3_request;

struct s3_options {
    const char *endpoint; // "http://127.0.0.1:9000", without a path
    // The same as for the AWS SDKs; "" = none, and requests are not signed.
    const char *access_key;
    const char *secret_key;
    const char *session_token;
    const char *region;
    const char *ca_bundle; // a file of certificates, for https; "" = those of the system
};

// A new attempt begins: discard all pieces. They come again from the first one.
typedef void s3_restart_fn(void *userdata);
// Called once, never from within s3_client_send(): either `reply`, of any status but 429 and 5xx,
// or `err`. ERROR_UNAVAILABLE: the endpoint does not answer, or with such a status, after some
// attempts. ERROR_CONFIGURATION: its certificate is not trusted, or it has no TLS. ERROR_SYSTEM:
// the sink refused a piece, or the upload cannot be read. ERROR_LIMIT: the answer is too large.
typedef void s3_reply_fn(void *userdata, const struct http_reply *reply, const struct error *err);

struct s3_call {
    const char *method; // all texts are borrowed for the call
    const char *bucket;
    const char *key;    // "" = the bucket itself
    const char *query;  // escaped, without '?'; NULL = none
    const char *body;   // XML, or NULL
    size_t limit_bytes; // of an answer that is kept; 0 = 16 MB
    const struct http_upload *upload;
    http_sink_fn *sink; // NULL: the body is kept
    s3_restart_fn *restart;
    s3_reply_fn *done;
    void *userdata;
};

// ERROR_INVALID: an option cannot be used.
MUST_CHECK bool s3_client_new(sd_event *loop, const struct s3_options *options,
                              struct s3_client **out_client, struct error *err);
// Cancels all requests; their callbacks are not called. The caller frees none of them afterwards.
void s3_client_free(struct s3_client *client);
DEFINE_AUTO(s3_client_free, struct s3_client *);

sd_event *s3_client_loop(const struct s3_client *client); // borrowed

struct s3_request *s3_client_send(struct s3_client *client, const struct s3_call *call);
// Its callback is not called any more. NULL is legal.
void s3_request_cancel(struct s3_request *request);
// Reads no more of the object for now; pieces that have been read may still come.
void s3_request_pause(struct s3_request *request);
void s3_request_resume(struct s3_request *request); // not from within the sink
