// The inside of a compiled schema, for the files of this room.
#pragma once

#include "openapi/schema.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>

enum schema_type {
    SCHEMA_OBJECT, // a structure: named members
    SCHEMA_MAP,    // any names, one schema for all values
    SCHEMA_LIST,
    SCHEMA_STRING,
    SCHEMA_BLOB, // base64 text; its limits count the bytes behind it
    SCHEMA_INTEGER,
    SCHEMA_LONG,
    SCHEMA_NUMBER,
    SCHEMA_BOOLEAN,
};

struct schema_property {
    char *name;
    const struct schema *schema;
    bool is_required;
};

struct schema {
    enum schema_type type;
    struct schema_property *properties; // SCHEMA_OBJECT, in the order of the document
    size_t property_count;
    size_t *by_name;             // indices of properties, sorted by name
    const struct schema *key;    // SCHEMA_MAP
    const struct schema *values; // of SCHEMA_MAP and SCHEMA_LIST
    bool has_minimum;            // of length, count, value or bytes, by type
    bool has_maximum;
    int64_t minimum;
    int64_t maximum;
    char *pattern_text; // as the service prints it
    pcre2_code *pattern;
    char **enum_values; // NULL: any
    size_t enum_count;
};

// NULL when there is no such property.
const struct schema_property *schema_property(const struct schema *schema, const char *name);
// The whole text, not a part of it. A match that takes too long counts as none.
bool schema_pattern_matches(const struct schema *schema, const char *text, size_t size_bytes);
