// Is this JSON allowed, and if not, in the service's own words why not?
//
// Two passes, as the service's front end does (facts/api.md 1.4): the types first, where the first
// mismatch ends the matter (SerializationException, facts/api.md 1.5), then every constraint, where
// all violations are reported together (ValidationException, facts/api.md 2.1; at most 10). Unknown
// members are ignored; null means absent, also inside lists.
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
// the caller owns: unknown and null members dropped, string booleans turned into booleans,
// fractions of integers cut off, the size in bytes in the place of a blob. Handlers read that one
// only. `blob`: whose mark may stand in `value`; what is there as a text is put into it. The
// service has no request with two.
//
// Order of violations: members as in the document, depth first; of one value first its enum, then
// its pattern, then its bounds (as seen on siblings of the service); of one container its bounds,
// then what is inside, then its keys and texts. Lengths are counted in Unicode characters.
//
// Where the service's own text is not known (text that is not base64, a timestamp that is no
// number, a string with a NUL character, a long one in the name of a blob), the text is ours.
MUST_CHECK enum validate_outcome validate_request(const struct schema *schema, json_t *value,
                                                  struct blob *blob, json_t **out_normalized,
                                                  struct buffer *out_text);

// For test builds: does our own reply have the declared shape? Types, required members, unknown
// members, enums and patterns are checked; the lengths and maxima of output-only shapes are not,
// because the service breaks them itself (facts/api.md 2.4), nor is the required
// EndTime of an operation.
MUST_CHECK bool validate_response(const struct schema *schema, json_t *value,
                                  struct buffer *out_text);
