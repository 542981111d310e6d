// Prints values as the service's messages do: by the toString() of their Java types.
#pragma once

#include "base/buffer.h"
#include "openapi/schema_node.h"

#include <jansson.h>

// Appends the normalised `value` of `schema`. False: truncated at the buffer's limit.
bool java_text_append(struct buffer *out, const struct schema *schema, json_t *value);
