// Helpers for C strings. Buffers are passed with their size; results are always terminated.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Copies `text` into `out` (of `size_bytes`). Invalid UTF-8 is replaced (base/utf8.h). False: it
// did not fit and was truncated between characters. The two may overlap.
bool text_copy(char *out, size_t size_bytes, const char *text);

// Like snprintf(), but returns whether everything fitted; replaces and truncates as text_copy()
// does. The arguments must not be part of `out`.
bool text_format(char *out, size_t size_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool text_format_list(char *out, size_t size_bytes, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

bool text_equal(const char *left, const char *right); // both may be NULL; NULL equals NULL only
bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);
bool text_is_empty(const char *text); // NULL or ""
bool text_is_utf8(const char *text);

// Reads all of `text` as a decimal number. False: not a number, or out of range.
bool text_to_int64(const char *text, int64_t *out_value);

// The value of `name` in a list of name=value between any of `separators`, as it stands there;
// NULL: it is not there. `list` may be NULL. The value ends after *out_length bytes, not with a 0.
const char *text_list_value(const char *list, const char *name, const char *separators,
                            size_t *out_length);

// Copies the part of `*at` before the next of `separators` and moves `*at` behind that. Returns the
// separator, or '\0' where the part ends with the text or does not fit.
char text_next_part(const char **at, const char *separators, char *out, size_t size_bytes);

// A size such as "512", "64k", "1500m" or "4g" (powers of 1024) in bytes.
bool text_to_bytes(const char *text, int64_t *out_bytes);

// A time such as "250ms", "90s", "15m", "6h" or "7d" in milliseconds. False: not of that form, or
// more than a hundred years, so that sums with the time of day cannot overflow.
bool text_to_ms(const char *text, int64_t *out_ms);

// Counts the code points of valid UTF-8: the service limits characters, not bytes.
size_t text_count_characters(const char *utf8);

// Truncates valid UTF-8 to at most `limit_bytes` without splitting a character.
void text_cut_utf8(char *utf8, size_t limit_bytes);

// Replaces control characters, line ends included, by spaces: they could control a terminal.
void text_make_printable(char *utf8);

// Lower-case hex of `size` bytes; `out` needs 2 * size + 1.
void text_hex(char *out, const void *bytes, size_t size);

// "a%20b" becomes "a b", in place. Invalid escapes and "%00" stay as they are. The result may be
// any bytes: check it with text_is_utf8() before using it as text.
void text_unescape_url(char *text);
