// Finds the control groups of a process.
#pragma once

#include "base/file.h"

// The directory of a controller ("memory", or "" for version 2) from the texts of
// /proc/self/mountinfo and /proc/self/cgroup; false: not mounted. Pure.
bool control_group_find_directory(const char *mountinfo, const char *groups, const char *controller,
                                  char out[static FILE_PATH_MAX]);
