#include "base/names.h"

#include <string.h>

// NULL: no such entry.
static const char *entry_at(const char *const *first, size_t stride_bytes, size_t count,
                            size_t index) {
    if (index >= count) return NULL;
    const void *place = (const char *)first + index * stride_bytes;
    return *(const char *const *)place;
}

const char *names_column_at(const char *const *first, size_t stride_bytes, size_t count,
                            size_t index) {
    const char *name = entry_at(first, stride_bytes, count, index);

    return name == NULL ? "unknown" : name;
}

bool names_column_find(const char *const *first, size_t stride_bytes, size_t count,
                       const char *name, size_t *out_index) {
    if (name == NULL) return false;
    for (size_t index = 0; index < count; index++) {
        const char *entry = entry_at(first, stride_bytes, count, index);
        if (entry == NULL || strcmp(entry, name) != 0) continue;
        *out_index = index;
        return true;
    }
    return false;
}

bool names_find(const char *const *names, size_t count, const char *name, size_t *out_index) {
    return names_column_find(names, sizeof *names, count, name, out_index);
}
