// The internals of a compiled schema, for the files of this room.
#pragma once

#include "openapi/pattern.h"
#include "openapi/schema.h"

#include <stdint.h>

enum schema_type {
    SCHEMA_OBJECT, // a structure: named members
    SCHEMA_MAP,    // any keys, one schema for all values
    SCHEMA_LIST,
    SCHEMA_STRING,
    SCHEMA_BLOB, // base64 text; its limits count the decoded bytes
    SCHEMA_INTEGER,
    SCHEMA_LONG,
    SCHEMA_NUMBER,
    SCHEMA_BOOLEAN,
    SCHEMA_TYPE_COUNT,
};

struct schema_property {
    char *name;
    const struct schema *schema;
    bool is_required;
};

struct schema {
    char *name; // "PropertyGroup"
    enum schema_type type;
    struct schema_property *properties; // SCHEMA_OBJECT, in the order of the document
    size_t property_count;
    size_t *by_name;             // indices of properties, sorted by name
    const struct schema *key;    // of SCHEMA_MAP: a SCHEMA_STRING
    const struct schema *values; // of SCHEMA_MAP and SCHEMA_LIST
    bool has_minimum;            // in characters, elements, entries or bytes, or the value itself
    bool has_maximum;
    int64_t minimum;
    int64_t maximum;
    struct pattern *pattern; // NULL: any
    char **enum_values;      // NULL: any
    size_t enum_count;
};

void schema_node_release(struct schema *node); // what it owns, not the node itself

// NULL: no such property.
const struct schema_property *schema_property(const struct schema *schema, const char *name);
// True also when the schema has no such rule.
bool schema_enum_allows(const struct schema *schema, const char *text);
bool schema_pattern_allows(const struct schema *schema, const char *text, size_t size_bytes);
bool schema_bounds_allow(const struct schema *schema, int64_t size);
