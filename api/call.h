// One call of an operation, from its validated request to its only answer, which may come in a
// later turn of the loop.
#pragma once

#include "api/traffic.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "model/app.h"
#include "openapi/document.h"

#include <jansson.h>

#define CALL_REQUEST_ID_SIZE 37

struct app_service;

// What all handlers need. The server owns it.
struct api_context {
    struct app_service *service;
    struct clock clock;
    unsigned char token_key[32];
};

// Receives the answer: HTTP status, JSON text (borrowed), name of the exception or NULL.
typedef void call_answer_fn(void *connection, int status, const char *body, const char *error_type);

struct call {
    const struct api_context *context;
    const struct document_operation *operation;
    struct app_scope scope;
    char request_id[CALL_REQUEST_ID_SIZE];
    char host[256];          // as the client addresses the daemon, with the port
    bool is_fleeting;        // the answer depends on more than the records: it must not be kept
    json_t *request;         // owned
    struct buffer code;      // of its ZipFileContent; empty for operations without
    struct traffic *traffic; // counts the request while it is processed; NULL = not counted
    size_t counted_bytes;
    void *connection; // NULL: the client has gone, and the answer is dropped
    call_answer_fn *answer;
};

// The application that the request names; "" where its operation names none.
const char *call_app_name(const struct call *call);

// A timestamp of the request in milliseconds; 0, which nothing was created at, for one out of
// range.
int64_t call_time_ms(const struct call *call, const char *member);

// Each sends the answer and frees the call. call_reply() owns `reply`.
void call_reply(struct call *call, json_t *reply);
void call_fail(struct call *call, const struct error *err);
// For operations without output: an empty reply, or call_fail() where `is_done` is false.
void call_finish(struct call *call, bool is_done, const struct error *err);
