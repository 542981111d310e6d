// Violated constraints in the service's wording (facts/api.md 2.1).
#pragma once

#include "base/buffer.h"
#include "openapi/schema_node.h"
#include "openapi/validate.h"

#include <jansson.h>

#define VIOLATIONS_MAX            10
#define VIOLATION_PATH_MAX_BYTES  512
#define VIOLATION_VALUE_MAX_BYTES 4096 // the rest of a value is printed as "..."

enum violation {
    VIOLATION_NULL,     // a required member is absent
    VIOLATION_ENUM,     // of the text itself
    VIOLATION_PATTERN,  // of the text itself
    VIOLATION_ELEMENTS, // any rule of a text in a list; the list is the value
    VIOLATION_KEYS,     // any rule of a key of a map; the map is the value
    VIOLATION_VALUES,   // any rule of a text in a map; the map is the value
};

// The violations so far, and the current place in the value.
struct violations {
    struct buffer text; // the violations, joined
    struct buffer path; // "applicationConfiguration.…": the first letter of each name in lower case
    size_t count;
};

#define VIOLATIONS_INIT                                                                            \
    { .text = BUFFER_INIT(VALIDATE_TEXT_MAX_BYTES), .path = BUFFER_INIT(VIOLATION_PATH_MAX_BYTES) }

void violations_release(struct violations *all);
DEFINE_AUTO_STRUCT(violations_release, struct violations);

// Entering a member or an element returns the length to restore with violations_leave().
size_t violations_enter_member(struct violations *all, const char *name);
size_t violations_enter_element(struct violations *all, size_t index);  // "<list>.<1-based>.member"
size_t violations_enter_value(struct violations *all, const char *key); // "<map>.<key>.member"
void violations_leave(struct violations *all, size_t length);

// Adds "Value '<value>' at '<path>' failed to satisfy constraint: <rule of `schema`>". `value` is
// normalised; NULL: it is absent. Does nothing after the tenth violation.
void violations_add(struct violations *all, const struct schema *schema, json_t *value,
                    enum violation violation);
// The same for each bound of `schema` that `size` violates.
void violations_add_bounds(struct violations *all, const struct schema *schema, json_t *value,
                           int64_t size);
bool violations_are_full(const struct violations *all);

// The whole message: "<n> validation error(s) detected: " and the violations.
void violations_print(const struct violations *all, struct buffer *out_text);
