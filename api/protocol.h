// awsJson1.1: from an HTTP request to an operation, a scope and a validated body, or to the front
// end's refusal (facts/api.md 1). No sockets.
#pragma once

#include "api/operations.h"
#include "base/blob.h"
#include "base/buffer.h"
#include "model/app.h"
#include "openapi/document.h"
#include "openapi/validate.h"

// The parts of an HTTP request that count; texts are borrowed and NULL when absent.
struct protocol_request {
    const char *method;
    const char *path; // raw
    const char *content_type;
    const char *target;        // X-Amz-Target
    const char *authorization; // Authorization
    const char *credential;    // X-Amz-Credential of a query string
    const char *body;
    size_t body_bytes;
    struct blob *blob; // has the blob of the body, or gets it
};

// A refusal: status and body as they go out. `error_type` NULL: `body` is XML, else JSON.
struct protocol_refusal {
    int status;
    const char *error_type;
    const char *body; // literal, for the odd replies; NULL: made of error_type and `message`
    char message[VALIDATE_TEXT_MAX_BYTES];
    bool has_message;
};

struct protocol_call {
    const struct operation_row *row;
    const struct document_operation *operation;
    struct app_scope scope;
    json_t *request; // normalised; owned
};

// What stands outside the body: fills everything of *out_call but the request; row and operation
// are NULL where nobody knows the operation, which is told when the body was looked at
// (facts/api.md 1.4). False: *out_refusal is filled.
bool protocol_read_head(const struct document *document, const struct protocol_request *request,
                        struct protocol_call *out_call, struct protocol_refusal *out_refusal);

// The body: fills call->request, where the size of a blob stands in its place. False: *out_refusal
// is filled.
bool protocol_read_body(const struct protocol_request *request, struct protocol_call *call,
                        struct protocol_refusal *out_refusal);

// The scope of "Credential=<key>/<date>/<region>/<service>/aws4_request"; us-east-1 and
// 000000000000 without one. A key of 12 digits is the account (facts/kobel.md 2).
void protocol_scope(const char *authorization, const char *credential, struct app_scope *out_scope);
