// Shared by the tests of this room: checks a JSON text against a schema.
#pragma once

#include "base/json.h"
#include "base/memory.h"
#include "openapi/document.h"
#include "openapi/validate.h"

#include <criterion/criterion.h>
#include <string.h>

static inline json_t *parse(const char *text) {
    json_t *value = NULL;
    struct error err;

    cr_assert(json_parse(text, strlen(text), &value, &err), "%s: %s", text, err.message);
    return value;
}

// The message, or the normalised value. The caller frees.
static inline char *check_value(const struct schema *schema, json_t *value,
                                enum validate_outcome *out_outcome) {
    struct buffer text = BUFFER_INIT(VALIDATE_TEXT_MAX_BYTES);
    AUTO(blob_release) struct blob blob = BLOB_INIT(1024);
    AUTO(json_decref) json_t *normal = NULL;

    *out_outcome = validate_request(schema, value, &blob, &normal, &text);
    cr_assert((normal != NULL) == (*out_outcome == VALIDATE_OK));
    if (*out_outcome != VALIDATE_OK) return buffer_take_text(&text);
    buffer_release(&text);
    return json_print(normal);
}

static inline char *check_text(const struct schema *schema, const char *body,
                               enum validate_outcome *out_outcome) {
    AUTO(json_decref) json_t *value = parse(body);

    return check_value(schema, value, out_outcome);
}

// Compiles `schemas` (the object under "components"/"schemas") and checks `body` against the one
// named "A". The caller frees.
static inline char *check_schema(const char *schemas, const char *body,
                                 enum validate_outcome *out_outcome) {
    AUTO(json_decref) json_t *json = parse(schemas);
    AUTO(schema_set_free) struct schema_set *set = NULL;
    struct error err;

    cr_assert(schema_compile(json, &set, &err), "%s: %s", schemas, err.message);
    return check_text(schema_find(set, "A"), body, out_outcome);
}
