// A growing run of bytes that knows its maximum. Always followed by a 0 byte that is not counted.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>

struct buffer {
    char *data; // NULL while empty and never reserved; buffer_text() is never NULL
    size_t size_bytes;
    size_t capacity_bytes;
    size_t limit_bytes; // set by BUFFER_INIT
};

#define BUFFER_INIT(limit) ((struct buffer){.limit_bytes = (limit)})

// ERROR_LIMIT: the buffer would pass its limit; it is unchanged then.
MUST_CHECK bool buffer_append(struct buffer *buffer, const void *bytes, size_t size_bytes,
                              struct error *err);
// For text that the program itself makes: past the limit the rest is dropped and false is returned.
// What is not UTF-8 is replaced (base/utf8.h), and text is cut between characters.
bool buffer_append_text(struct buffer *buffer, const char *text);
bool buffer_append_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *buffer_text(const struct buffer *buffer);
void buffer_cut(struct buffer *buffer, size_t size_bytes); // to no more than that
void buffer_clear(struct buffer *buffer);                  // keeps the memory
void buffer_release(struct buffer *buffer);    // frees; the buffer is empty and usable afterwards
char *buffer_take_text(struct buffer *buffer); // the caller frees; never NULL

DEFINE_AUTO_STRUCT(buffer_release, struct buffer);
