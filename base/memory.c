#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void *or_abort(void *block) {
    if (block == NULL) abort();
    return block;
}

void *memory_alloc(size_t size_bytes) {
    return or_abort(calloc(1, size_bytes == 0 ? 1 : size_bytes));
}

void *memory_resize(void *block, size_t size_bytes) {
    return or_abort(realloc(block, size_bytes == 0 ? 1 : size_bytes));
}

char *memory_copy_text(const char *text) {
    return or_abort(strdup(text));
}

char *memory_format(const char *format, ...) {
    va_list arguments;
    char *text = NULL;

    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return or_abort(length < 0 ? NULL : text);
}

void memory_free(void *block) {
    free(block);
}
