// The API document: OpenAPI 3.1, embedded in the binary and compiled once at start.
#pragma once

#include "base/error.h"
#include "openapi/schema.h"

#include <jansson.h>

struct document;

// One operation of the document. Borrowed from the document, valid as long as it is.
struct document_operation {
    const char *name;              // "CreateApplication"
    const struct schema *request;  // never NULL
    const struct schema *response; // never NULL; an object without members for an empty reply
    const char *const *errors;     // names of the declared exceptions, NULL-terminated
};

// Compiles the embedded document. A failure (unknown keyword, unresolved $ref) is a build defect.
MUST_CHECK bool document_open(struct document **out_document, struct error *err);
// The same for any text: for tests and fuzzing. ERROR_INVALID.
MUST_CHECK bool document_open_text(const char *text, size_t size_bytes,
                                   struct document **out_document, struct error *err);
void document_free(struct document *document);
DEFINE_AUTO(document_free, struct document *);

const struct document_operation *document_find(const struct document *document, const char *name);
size_t document_operation_count(const struct document *document);
const struct document_operation *document_operation_at(const struct document *document,
                                                       size_t index);

// The text of the document, for GET /kobel/v1/openapi.json.
const char *document_text(size_t *out_size_bytes);
