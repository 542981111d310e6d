// The first pass over a request: every value gets the type that its schema declares, or the request
// is refused as the service's deserialiser refuses it (facts/api.md 1.5).
#pragma once

#include "base/blob.h"
#include "base/buffer.h"
#include "openapi/schema_node.h"

#include <jansson.h>

// A new value that the caller owns: unknown and null members, null elements and null entries
// dropped, string booleans turned into booleans, fractions of integers cut off, the size in the
// place of a blob, whose bytes are in `blob`. NULL: the first mismatch, in the order of the
// request, is written to `mismatch`.
json_t *normalize_value(const struct schema *schema, json_t *value, struct blob *blob,
                        struct buffer *mismatch);
