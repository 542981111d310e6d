// Compiled JSON schemas: an immutable graph of nodes with resolved $refs and compiled patterns.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <jansson.h>

struct schema;     // one node, owned by its set
struct schema_set; // all nodes of one document

// Compiles every schema of `schemas` (the object "components"/"schemas"). ERROR_INVALID with the
// place: a keyword that is unknown, of the wrong type or meaningless for its type, an unresolved
// $ref, a pattern that PCRE2 refuses, a schema that contains itself or has too many levels. So the
// interpreter never ignores a rule silently and never recurses without end.
MUST_CHECK bool schema_compile(json_t *schemas, struct schema_set **out_set, struct error *err);
const struct schema *schema_find(const struct schema_set *set, const char *name);
void schema_set_free(struct schema_set *set);
DEFINE_AUTO(schema_set_free, struct schema_set *);

// For tests: the node of a member; NULL: no such member.
const struct schema *schema_member(const struct schema *schema, const char *name);
