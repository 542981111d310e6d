// Java's "modified UTF-8" as UTF-8: Java writes a character above U+FFFF as two surrogates of three
// bytes each, and U+0000 as two bytes.
#pragma once

#include <stddef.h>

// Copies `length_bytes` of `java` to `out` (of `size_bytes` > 0), terminated. What is invalid is
// replaced, control characters become spaces, and what does not fit is dropped between characters.
void java_text_copy(char *out, size_t size_bytes, const unsigned char *java, size_t length_bytes);
