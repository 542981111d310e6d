// A compiled JSON schema: an immutable graph of nodes with every $ref resolved and every pattern
// compiled.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <jansson.h>

struct schema;     // one node; borrowed from its set
struct schema_set; // all nodes of one document

// Compiles every schema of `components` (the object under "components"/"schemas"). ERROR_INVALID
// with the place: a keyword that is unknown, of the wrong type or has no meaning where it stands, a
// dangling $ref, a pattern that PCRE2 refuses, a schema that contains itself or nests too deep. The
// interpreter can then never ignore a rule silently, and never recurse without end.
MUST_CHECK bool schema_compile(json_t *schemas, struct schema_set **out_set, struct error *err);
const struct schema *schema_find(const struct schema_set *set, const char *name);
void schema_set_free(struct schema_set *set);
DEFINE_AUTO(schema_set_free, struct schema_set *);

// For consistency tests: the node of a member, NULL when the schema has no such member.
const struct schema *schema_member(const struct schema *schema, const char *name);
