// What pip gets of the daemon's environment.
#pragma once

#include "base/file_path.h"
#include "runtime/host/argument_list.h"

#include <stddef.h>

enum { PIP_PATHS_MAX = 4 };

struct pip_paths {
    char list[PIP_PATHS_MAX][FILE_PATH_MAX];
    size_t count;
};

// Adds the lines "NAME=value" that are for pip.
void pip_environment_add(char *const *environment, struct argument_list *out);
// The files and directories of this machine that they name, which pip has to read: certificates,
// its configuration, directories with packages. Further ones are left out. Pure.
void pip_environment_paths(char *const *environment, struct pip_paths *out_paths);
