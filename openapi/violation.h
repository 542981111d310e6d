// The service's wording of violated constraints (api-semantics 3.1).
#pragma once

#include "base/buffer.h"
#include "openapi/schema_node.h"

#include <jansson.h>

#define VIOLATIONS_MAX      10
#define VIOLATION_PATH_SIZE 512

// What is wrong so far, and where the walk stands.
struct violations {
    struct buffer *text; // the violations, joined
    size_t count;
    char path[VIOLATION_PATH_SIZE]; // "applicationConfiguration.…", each name with its first letter
                                    // lowered
};

// Entering a member or an element returns the length to go back to with violations_leave().
size_t violations_enter_member(struct violations *all, const char *name);
size_t violations_enter_element(struct violations *all, size_t index);  // "<list>.<1-based>.member"
size_t violations_enter_value(struct violations *all, const char *key); // "<map>.<key>.member"
void violations_leave(struct violations *all, size_t length);

// Adds "Value '<value>' at '<path>' failed to satisfy constraint: <rule>". `value` NULL is an
// absent one. Past the tenth nothing is added.
void violations_add(struct violations *all, json_t *value, const char *rule, ...)
    __attribute__((format(printf, 3, 4)));

// "Member must satisfy enum value set: [A, B]"
void violations_add_enum(struct violations *all, json_t *value, const struct schema *schema);

// "<subject> must satisfy constraint: [Member must have length less than or equal to <max>,
// …greater…]"
void violations_add_length_of(struct violations *all, json_t *value, const char *subject,
                              const struct schema *schema);

// The whole message: "<n> validation error(s) detected: " and the violations.
void violations_print(const struct violations *all, struct buffer *out_text);
