// One call of an operation, from its validated request to its one answer, which may come in a later
// turn of the loop.
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

// What handlers work with; belongs to the server.
struct api_context {
    struct app_service *service;
    struct clock clock;
    unsigned char token_key[32];
};

// Where the answer goes: status, the JSON text (borrowed) and the exception's name (NULL when it
// went well).
typedef void call_answer_fn(void *connection, int status, const char *body, const char *error_type);

struct call {
    const struct api_context *context;
    const struct document_operation *operation;
    struct app_scope scope;
    char request_id[CALL_REQUEST_ID_SIZE];
    char host[256];          // under which the client knows us, with the port
    bool is_fleeting;        // the answer depends on more than what is on record
    json_t *request;         // owned
    struct buffer code;      // of its ZipFileContent, also where nobody asks for it
    struct traffic *traffic; // what the request is counted in while it is worked on; NULL = nowhere
    size_t counted_bytes;
    void *connection; // NULL once the client is gone: the answer is then dropped
    call_answer_fn *answer;
};

// The application that the request names; "" where its operation names none.
const char *call_app_name(const struct call *call);

// Each answers once and frees the call. call_reply takes `reply`.
void call_reply(struct call *call, json_t *reply);
void call_fail(struct call *call, const struct error *err);
// For operations without output: an empty reply, or call_fail() where `is_done` is false.
void call_finish(struct call *call, bool is_done, const struct error *err);
// An answer for the front end's own refusals, which belong to no kind of error.
void call_fail_as(struct call *call, const char *error_type, const char *message);

// Lets a call go that will never be answered.
void call_free(struct call *call);
