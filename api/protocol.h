// awsJson1.1: makes of an HTTP request an operation, a scope and a validated body, or a refusal as
// the front end of the service sends it (facts/api.md 1). No sockets.
#pragma once

#include "api/operations.h"
#include "base/blob.h"
#include "base/buffer.h"
#include "model/app.h"
#include "openapi/document.h"
#include "openapi/validate.h"

// The parts of an HTTP request that matter; texts are borrowed, and NULL when absent.
struct protocol_request {
    const char *method;
    const char *path; // raw
    const char *content_type;
    const char *target;        // X-Amz-Target
    const char *authorization; // Authorization
    const char *credential;    // X-Amz-Credential of a query string
    const char *body;
    size_t body_bytes;
    // Has the code that request_body.h separated; else protocol_read_body() fills it.
    struct blob *blob;
};

// A refusal: status and body as they go out. `error_type` NULL: `body` is XML, else JSON.
struct protocol_refusal {
    int status;
    const char *error_type;
    const char *body; // literal, for the XML replies; NULL: made of error_type and `message`
    char message[VALIDATE_TEXT_MAX_BYTES];
    bool has_message;
};

struct protocol_call {
    const struct operation_row *row;
    const struct document_operation *operation;
    struct app_scope scope;
    const char *version_one; // an operation of the version 2015-08-14 only, else NULL; static
    json_t *request;         // normalised, unless of that version; owned
};

// Reads everything outside the body: fills all of *out_call but the request. Row and operation are
// NULL for those of the version 2015-08-14 and for an unknown operation, which is refused after the
// body was parsed (facts/api.md 1.4). False: *out_refusal is filled.
bool protocol_read_head(const struct document *document, const struct protocol_request *request,
                        struct protocol_call *out_call, struct protocol_refusal *out_refusal);

// Reads the body: fills call->request, in which the size of the blob replaces the blob. False:
// *out_refusal is filled.
bool protocol_read_body(const struct protocol_request *request, struct protocol_call *call,
                        struct protocol_refusal *out_refusal);

// The scope of "Credential=<key>/<date>/<region>/<service>/aws4_request"; us-east-1 and
// 000000000000 without one. A key of 12 digits is the account (facts/kobel.md 2).
void protocol_scope(const char *authorization, const char *credential, struct app_scope *out_scope);
