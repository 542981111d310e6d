// What kind of archive a zip is, by the names of its entries: a jar, a zip around one jar, or
// another one. Pure.
#pragma once

#include "base/file.h"

#include <stdbool.h>
#include <stddef.h>

// Zeroed at first.
struct zip_shape {
    size_t count;        // of the entries
    bool has_classes;    // classes or META-INF: it is a jar
    size_t python_count; // *.py
    char python[FILE_PATH_MAX];
    size_t jar_count;
    char jars[2][FILE_PATH_MAX]; // the first two
};

void zip_shape_add(const char *name, struct zip_shape *shape);
// The jar that runs, if the zip is only around it; else NULL.
const char *zip_shape_jar(const struct zip_shape *shape);
// No further entry makes it a zip around one jar.
bool zip_shape_is_decided(const struct zip_shape *shape);
