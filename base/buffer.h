// A growing byte buffer with a limit. A 0 byte, which is not counted, follows the data.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>

struct buffer {
    char *data; // NULL before the first addition; buffer_text() is never NULL
    size_t size_bytes;
    size_t capacity_bytes;
    size_t limit_bytes; // set by BUFFER_INIT
};

#define BUFFER_INIT(limit) ((struct buffer){.limit_bytes = (limit)})

// ERROR_LIMIT: it would exceed the limit; the buffer is unchanged.
MUST_CHECK bool buffer_append(struct buffer *buffer, const void *bytes, size_t size_bytes,
                              struct error *err);
// For text that kobel makes: what does not fit is dropped, between characters, and false is
// returned. Invalid UTF-8 is replaced (base/utf8.h).
bool buffer_append_text(struct buffer *buffer, const char *text);
bool buffer_append_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *buffer_text(const struct buffer *buffer);
void buffer_cut(struct buffer *buffer, size_t size_bytes); // shortens it to at most that
void buffer_clear(struct buffer *buffer);                  // keeps the memory
void buffer_release(struct buffer *buffer);    // frees; the buffer is empty and can be used again
char *buffer_take_text(struct buffer *buffer); // the caller frees; never NULL

DEFINE_AUTO_STRUCT(buffer_release, struct buffer);
