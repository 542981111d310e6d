#include "runtime/host/path_list.h"

#include <string.h>

bool path_list_accepts(const char *what, const char *path, struct error *err) {
    const char *found = strpbrk(path, ",:;");

    return found == NULL ||
           error_set(err, ERROR_INVALID,
                     "%s '%s' cannot be used: its path has a '%c', which separates paths in lists "
                     "of Java and Flink",
                     what, path, *found);
}
