// The first pass over a request: converts every value to the type of its schema, or refuses the
// request as the service's deserialiser does (facts/api.md 1.5).
#pragma once

#include "base/blob.h"
#include "base/buffer.h"
#include "openapi/schema_node.h"

#include <jansson.h>

// Returns a new value that the caller owns: without unknown and null members, null elements and
// null entries; with booleans for string booleans, integers without fractions, and the size of a
// blob in its place, whose bytes are in `blob`. NULL: `mismatch` has the first one in the order
// of the request.
json_t *normalize_value(const struct schema *schema, json_t *value, struct blob *blob,
                        struct buffer *mismatch);
