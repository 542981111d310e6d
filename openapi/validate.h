// Checks JSON against a schema and reports violations in the service's own words.
//
// Two passes, like the service's front end (facts/api.md 1.4): first the types, where the first
// mismatch is reported alone (SerializationException, facts/api.md 1.5), then the constraints,
// where all violations are reported together (ValidationException, facts/api.md 2.1; at most 10).
// Unknown members are ignored; null means absent, also inside lists.
#pragma once

#include "base/blob.h"
#include "base/buffer.h"
#include "base/error.h"
#include "openapi/schema.h"

#include <jansson.h>

#define VALIDATE_TEXT_MAX_BYTES 65536

enum validate_outcome {
    VALIDATE_OK,
    VALIDATE_TYPE_MISMATCH, // SerializationException; the text may be empty
    VALIDATE_CONSTRAINT,    // ValidationException
};

// Checks `value` (borrowed) against `schema`. Unless VALIDATE_OK, `out_text` (best with a limit of
// VALIDATE_TEXT_MAX_BYTES) gets the message. On VALIDATE_OK `*out_normalized` is a new value that
// the caller owns (openapi/normalize.h); handlers read only this one. `blob`: the one whose mark
// `value` may contain; a blob that is still a text in `value` is decoded into it. No request has
// two.
//
// Order of violations: members as in the document, depth first. For a value: enum, pattern, bounds
// (as observed on siblings of the service). For a container: its bounds, its contents, then the
// rules of its keys and texts. Lengths are counted in Unicode characters.
//
// kobel uses its own text where the service's is not known: text that is not base64, a timestamp
// that is not a number, a string with a NUL, or a mark in place of a string.
MUST_CHECK enum validate_outcome validate_request(const struct schema *schema, json_t *value,
                                                  struct blob *blob, json_t **out_normalized,
                                                  struct buffer *out_text);

// For test builds: has a reply of kobel the declared shape? Checks types, required and unknown
// members, enums and patterns. Does not check lengths and maxima, which the service itself breaks
// in replies (facts/api.md 2.4), nor the required EndTime of an operation.
MUST_CHECK bool validate_response(const struct schema *schema, json_t *value,
                                  struct buffer *out_text);
