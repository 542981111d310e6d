// The directory of code: each artifact is a file named by its digest, <sha256>. Beside a zip around
// one jar, that jar is <sha256>.jar, and the jar's digest is <sha256>.jar.sha256. Why code cannot
// run, as far as it was found, is <sha256>.problem.
#pragma once

#include "runtime/code_store.h"

#include <dirent.h>

#define CODE_DIRECTORY_JAR        ".jar"
#define CODE_DIRECTORY_JAR_DIGEST ".jar.sha256"
#define CODE_DIRECTORY_PROBLEM    ".problem"

// The path of a file of an artifact; suffix "" is the artifact itself.
MUST_CHECK bool code_directory_path(const char *directory, const char *sha256, const char *suffix,
                                    char out_path[static FILE_PATH_MAX], struct error *err);

// As code_ops.find_jar.
MUST_CHECK bool code_directory_find_jar(const char *directory, const char *sha256,
                                        struct code_jar *out_jar, struct error *err);

// Removes a part of the artifacts that are not in use, and unfinished files. *collection is NULL
// before the first part and after the last one; closedir() gives up a collection.
enum code_collected code_directory_collect(const char *directory, DIR **collection,
                                           code_is_used_fn *is_used, void *userdata);
