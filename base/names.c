#include "base/names.h"

#include <string.h>

bool names_find(const char *const *names, size_t count, const char *name, size_t *out_index) {
    if (name == NULL) return false;
    for (size_t index = 0; index < count; index++) {
        if (names[index] == NULL || strcmp(names[index], name) != 0) continue;
        *out_index = index;
        return true;
    }
    return false;
}
