// One HTTP request and its answer: collects the body, decides who answers, and keeps the answer
// until libmicrohttpd takes it.
#pragma once

#include "api/admin/event_stream.h"
#include "api/admin/event_wait.h"
#include "api/admin/exposition_reply.h"
#include "api/admin/log_stream.h"
#include "api/auth.h"
#include "api/call.h"
#include "api/http_guard.h"
#include "api/http_server.h"
#include "api/reply_cache.h"
#include "api/request_body.h"

#include <microhttpd.h>

struct exchange;

// What all exchanges of a server share.
struct exchange_parts {
    struct http_server_options options;
    char listen_address[64];
    struct http_guard guard;
    struct api_context context;
    struct reply_cache *replies;
    struct event_waits *waits;
    sd_event *loop;
    struct traffic *traffic;
    // An exchange that was waiting has its answer now.
    void (*on_answered)(void *userdata, struct exchange *exchange);
    void *userdata;
};

struct exchange {
    struct exchange *next; // the server's list
    struct MHD_Connection *connection;
    bool is_suspended;             // the server's business: the connection sleeps
    struct MHD_Response *response; // NULL: no answer yet
    unsigned status;

    // The rest is for exchange.c.
    const struct exchange_parts *parts;
    char *uri; // as on the request line
    char *path;
    char *query;
    const char *method;
    struct request_body body;
    struct digest *body_digest; // NULL: nobody asks for it
    bool is_too_large;
    bool is_crowded_out;   // there was no room for its body
    bool has_all;          // the body has come
    bool is_waiting;       // counts as such
    bool is_page;          // the same
    bool is_follower;      // the same
    size_t counted_bytes;  // of the body, in `traffic`
    size_t received_bytes; // of the body, dropped ones included
    bool is_answering;     // within exchange_answer(): who answers now is not called back
    struct call *call;     // under way
    void *waiting;         // something else under way, and how to end it
    void (*cancel)(void *waiting);
    struct event_stream *stream;         // what the response is read from; NULL: it is complete
    struct exposition_reply *exposition; // the same
    struct log_stream *logs;             // the same
    const char *operation;               // for the log; borrowed from the document
    bool is_kept;                        // the answer may be given again to the same question
    struct app_scope scope;
    char request_id[CALL_REQUEST_ID_SIZE];
    int64_t began_us;
};

// `uri` is copied: path and query as they came, escapes and all.
struct exchange *exchange_new(const struct exchange_parts *parts, struct MHD_Connection *connection,
                              const char *uri, const char *method);
void exchange_take(struct exchange *exchange, const char *bytes, size_t size_bytes);
// Is it to be answered now, although its body has not come?
bool exchange_is_refused(const struct exchange *exchange);
// Has it taken longer than it may for its body?
bool exchange_is_slow(const struct exchange *exchange);
// Has the response when it returns, or calls on_answered() in a later turn.
void exchange_answer(struct exchange *exchange);
// Instead of the answer that is there, or was waited for: something went wrong on our side.
void exchange_fail(struct exchange *exchange, int status, const char *message);
enum MHD_Result exchange_send(struct exchange *exchange);
// Ends what is under way for it.
void exchange_free(struct exchange *exchange);
