// A file of one byte, with the directories that it lies in.
#pragma once

#include "base/file.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <string.h>

static inline void touch(const char *root, const char *rest) {
    char path[FILE_PATH_MAX];
    struct error err;

    cr_assert(file_join(path, sizeof path, &err, root, rest, NULL), "%s", err.message);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    cr_assert(file_make_directories(path, 0755, &err), "%s", err.message);
    *slash = '/';
    cr_assert(file_write_atomically(path, "x", 1, 0600, &err), "%s", err.message);
}
