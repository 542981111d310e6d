// The door through which bytes become text. Bytes that kobel did not make itself (of jobs, logs,
// Flink, requests, the environment) may be anything; what this file lets through is valid UTF-8.
// text_copy(), text_format(), error_set() and json_put_text() go through it, so that every text in
// memory can be put into JSON.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// How many of the first bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms). A 0
// byte is valid.
size_t utf8_valid_bytes(const char *bytes, size_t size_bytes);
bool utf8_is_valid(const char *bytes, size_t size_bytes);

// The length of the valid character at `bytes` (`size_bytes` > 0), 1 for ASCII; 0: there is none.
size_t utf8_character_bytes(const char *bytes, size_t size_bytes);

// The largest number of bytes, up to `limit_bytes`, that ends between two characters of valid
// UTF-8.
size_t utf8_cut(const char *utf8, size_t size_bytes, size_t limit_bytes);

// Writes `bytes` to `out` (of `out_size_bytes` > 0), each byte that is not valid UTF-8 replaced by
// U+FFFD, cut between characters where it does not fit, and terminated. Returns the bytes written
// without the terminator; `out_is_whole` (may be NULL) says whether all of it fitted. `out` and
// `bytes` must not overlap.
size_t utf8_copy(char *out, size_t out_size_bytes, const char *bytes, size_t length_bytes,
                 bool *out_is_whole);
// The same in memory of its own, which the caller frees. Never NULL.
char *utf8_copy_new(const char *bytes, size_t length_bytes);
