// Turns bytes into valid UTF-8. Bytes from outside (jobs, logs, Flink, requests, the environment)
// may be anything; text_copy(), text_format(), error_set() and json_put_text() pass them through
// this file, so that every text in memory is valid and can be put into JSON.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// How many bytes at the beginning are valid UTF-8 (RFC 3629: no surrogates, no overlong forms). A
// 0 byte counts as valid.
size_t utf8_valid_bytes(const char *bytes, size_t size_bytes);
bool utf8_is_valid(const char *bytes, size_t size_bytes);

// The length of the valid character at `bytes` (`size_bytes` > 0), 1 for ASCII; 0: not valid.
size_t utf8_character_bytes(const char *bytes, size_t size_bytes);

// The largest length up to `limit_bytes` that does not split a character of valid UTF-8.
size_t utf8_cut(const char *utf8, size_t size_bytes, size_t limit_bytes);

// Copies `bytes` to `out` (of `out_size_bytes` > 0) with each invalid byte replaced by U+FFFD,
// truncated between characters where it does not fit, and terminated. Returns the bytes written
// without the terminator; `out_is_whole` (may be NULL): whether everything fitted. `out` and
// `bytes` must not overlap.
size_t utf8_copy(char *out, size_t out_size_bytes, const char *bytes, size_t length_bytes,
                 bool *out_is_whole);
// The same in new memory, which the caller frees. Never NULL.
char *utf8_copy_new(const char *bytes, size_t length_bytes);
