// How a program in Python is run: the property group that the service reads for it
// (facts/service.md 8). Pure.
#pragma once

#include "base/json.h"

#include <stdbool.h>

#define PYTHON_OPTIONS_GROUP "kinesis.analytics.flink.run.options"

// Texts are borrowed from the properties; "" = not given. Paths are those in the zip.
struct python_options {
    const char *main; // "main.py"
    const char *module;
    const char *jar;
    const char *files; // with commas
    const char *archives;
};

// `groups` is [{PropertyGroupId, PropertyMap}] or NULL. False: the program is not in Python.
bool python_options_read(const json_t *groups, struct python_options *out_options);
