// One HTTP request and its answer: receives the body, chooses the handler, and keeps the answer
// until libmicrohttpd sends it.
#pragma once

#include "api/call.h"
#include "api/http_guard.h"
#include "api/http_server.h"
#include "api/request_body.h"

#include <microhttpd.h>

struct event_waits;
struct exchange_s3;
struct exchange;
struct reply_cache;
struct used_links;

// What all exchanges of a server share.
struct exchange_shared {
    struct http_server_options options;
    char listen_address[64];
    struct http_guard guard;
    struct api_context context;
    struct reply_cache *replies;
    struct event_waits *waits;
    struct used_links *used_links;
    sd_event *loop;
    struct traffic *traffic;
    // An exchange that was waiting has its answer now.
    void (*on_answered)(void *userdata, struct exchange *exchange);
    void *userdata;
};

enum exchange_body_state {
    EXCHANGE_BODY_ACCEPTED, // as much of it as has come
    EXCHANGE_BODY_TOO_LARGE,
    EXCHANGE_BODY_NO_ROOM, // the bodies of other requests use the memory
};

struct exchange {
    // For the server.
    struct exchange *next;
    struct MHD_Connection *connection;
    bool is_suspended;
    struct MHD_Response *response; // NULL: no answer yet

    // The rest is for exchange*.c, beginning with the head of the request.
    const struct exchange_shared *shared;
    const char *method;
    char *uri; // as on the request line; path and query lie in it
    char *path;
    char *query;
    char request_id[CALL_REQUEST_ID_SIZE];
    int64_t began_us;

    // Its body.
    struct request_body body;
    enum exchange_body_state body_state;
    bool has_whole_body;
    size_t received_bytes;      // dropped ones included
    size_t counted_bytes;       // in shared->traffic
    struct digest *body_digest; // NULL: signatures are not checked

    struct exchange_s3 *s3; // NULL: not a request to the S3 endpoint

    // The operation that it calls, if it is a call of the service's API.
    const char *operation; // borrowed from the document; NULL: none, or not known yet
    struct app_scope scope;
    bool is_cacheable; // the reply may serve the same question again

    // The answer on its way.
    unsigned status;
    bool is_answering; // within exchange_answer(): on_answered() is not called
    unsigned *place;   // the counter of shared->traffic that counts it; NULL = none
    struct call *call; // a call that is under way
    void *waiting;     // or something else that is under way, and how to cancel it
    void (*cancel)(void *waiting);
    void *source; // what the response is read from, piece by piece; NULL: the response is complete
    void (*free_source)(void *source);
};

// `uri` is copied: path and query as they came, with their escapes.
// `is_for_jobs`: it came where only S3 is served.
struct exchange *exchange_new(const struct exchange_shared *shared,
                              struct MHD_Connection *connection, const char *uri,
                              const char *method, bool is_for_jobs);
// The next bytes of the body.
void exchange_receive(struct exchange *exchange, const char *bytes, size_t size_bytes);
// The next bytes should not come yet: on_answered() is called when they may, without an answer.
bool exchange_is_full(const struct exchange *exchange);
// Is it refused because of its body, so that the answer does not have to wait for the rest?
bool exchange_is_refused(const struct exchange *exchange);
// Does its body take longer than it may?
bool exchange_is_slow(const struct exchange *exchange);
// The response is set when this returns, or on_answered() is called in a later turn.
void exchange_answer(struct exchange *exchange);
// Sets an InternalFailure in place of any answer.
void exchange_fail(struct exchange *exchange, int status, const char *message);
enum MHD_Result exchange_send(struct exchange *exchange);
// Cancels what is under way for it.
void exchange_free(struct exchange *exchange);
