// The names of an enumeration: one table of texts, read in both directions.
#pragma once

#include "base/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

// The index of `name` in `names`; false when it is not there. A missing (NULL) entry never matches,
// nor does a `name` of NULL.
bool names_find(const char *const *names, size_t count, const char *name, size_t *out_index);

// Defines `const char *<prefix>_name(type value)` and `bool <prefix>_from_name(const char *name,
// type *out_value)`, which the caller declares, for the array of texts `table`, which has one entry
// per value of the enum `type`. A value without a name is "unknown", and no name finds it.
#define DEFINE_NAMES(prefix, type, table)                                                          \
    DEFINE_NAMES_FROM(prefix, type, &(table)[0], sizeof(table)[0], COUNT_OF(table))

// The same for one column of an array of structs.
#define DEFINE_NAMES_OF_COLUMN(prefix, type, table, column)                                        \
    DEFINE_NAMES_FROM(prefix, type, &(table)[0].column, sizeof(table)[0], COUNT_OF(table))

#define DEFINE_NAMES_FROM(prefix, type, first, stride_bytes, count)                                \
    const char *prefix##_name(type value) {                                                        \
        return names_column_at(first, stride_bytes, count, (size_t)value);                         \
    }                                                                                              \
    bool prefix##_from_name(const char *name, type *out_value) {                                   \
        size_t index;                                                                              \
        if (!names_column_find(first, stride_bytes, count, name, &index)) return false;            \
        *out_value = (type)index;                                                                  \
        return true;                                                                               \
    }                                                                                              \
    struct prefix##_names_need_a_semicolon

// For the macros: entries that are `stride_bytes` apart.
const char *names_column_at(const char *const *first, size_t stride_bytes, size_t count,
                            size_t index);
bool names_column_find(const char *const *first, size_t stride_bytes, size_t count,
                       const char *name, size_t *out_index);
