// The files of a directory that belong to an application: not those of version control, virtual
// environments, caches of Python, and others that are hidden.
#pragma once

#include "base/error.h"

#include <stdbool.h>

enum { PACKAGE_TREE_DEPTH_MAX = 24, PACKAGE_TREE_FILES_MAX = 50000 };

// `name` is relative to the directory, `path` is its path. False ends the visit, with an error.
typedef bool package_tree_fn(void *userdata, const char *name, const char *path, struct error *err);

// Calls `visit` for each file, in a fixed order. Links are followed. ERROR_LIMIT: there are too
// many, or they lie too deep. ERROR_SYSTEM: a directory cannot be read.
MUST_CHECK bool package_tree_visit(const char *directory, package_tree_fn *visit, void *userdata,
                                   struct error *err);
