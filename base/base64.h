// Strict base64: padding is required, white space is refused.
#pragma once

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

// Decodes a text that arrives in pieces.
struct base64_reader;
struct base64_reader *base64_reader_new(void);
// Appends the bytes decoded so far to `out` until that is full; the text is still checked and
// counted then. False: not base64; the reader must not be used again.
MUST_CHECK bool base64_reader_add(struct base64_reader *reader, const char *text, size_t size_bytes,
                                  struct buffer *out);
// Appends the rest. False: not base64. May be called once.
MUST_CHECK bool base64_reader_finish(struct base64_reader *reader, struct buffer *out);
// The number of bytes that the text so far decodes to, whether `out` took them or not.
size_t base64_reader_size(const struct base64_reader *reader);
void base64_reader_free(struct base64_reader *reader);
DEFINE_AUTO(base64_reader_free, struct base64_reader *);

// With padding. The caller frees; never NULL.
char *base64_encode(const void *bytes, size_t size_bytes);
