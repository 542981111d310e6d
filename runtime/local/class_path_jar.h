// A jar without classes, whose manifest names other jars and a main class.
//
// A job finds what is in those jars, on the JobManager and on each TaskManager, without a copy of
// them and without a setting: Flink 1.18.1 and 1.19.1 drop those of a class path (facts/flink.md
// 9.2).
#pragma once

#include "base/error.h"

#include <stddef.h>

// `directory` is an open one, in which `name` is replaced. The jars' paths are absolute.
MUST_CHECK bool class_path_jar_write(int directory, const char *name, const char *main_class,
                                     const char *const *jars, size_t count, struct error *err);
