// Allocation that aborts instead of failing: input is limited in size, so exhausted memory is a
// bug.
#pragma once

#include "base/cleanup.h"

#include <stdlib.h>

void *memory_alloc(size_t size_bytes) __attribute__((malloc, returns_nonnull)); // zeroed
void *memory_resize(void *block, size_t size_bytes) __attribute__((returns_nonnull));
char *memory_copy_text(const char *text) __attribute__((malloc, returns_nonnull));
char *memory_format(const char *format, ...)
    __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

// For any heap memory: AUTO(memory_free) struct thing *thing = ...
void memory_free(void *block);
static inline __attribute__((unused)) void auto_memory_free(void *place) {
    memory_free(*(void **)place);
}
