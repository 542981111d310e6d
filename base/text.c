#include "base/text.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool text_copy(char *out, size_t size_bytes, const char *text) {
    size_t length = strlen(text);
    bool is_whole;

    if (size_bytes == 0) return false;
    if (utf8_is_valid(text, length)) {
        size_t kept = utf8_cut(text, length, size_bytes - 1);
        memmove(out, text, kept);
        out[kept] = '\0';
        return kept == length;
    }
    AUTO(memory_free) char *copy = memory_copy_text(text); // `text` may be part of `out`
    (void)utf8_copy(out, size_bytes, copy, length, &is_whole);
    return is_whole;
}

bool text_format_list(char *out, size_t size_bytes, const char *format, va_list arguments) {
    int length = vsnprintf(out, size_bytes, format, arguments);

    if (length < 0 || size_bytes == 0) {
        if (size_bytes > 0) out[0] = '\0';
        return false;
    }
    bool is_whole = (size_t)length < size_bytes;
    size_t used = is_whole ? (size_t)length : size_bytes - 1;
    size_t valid = utf8_valid_bytes(out, used);
    if (valid == used) return is_whole;
    // vsnprintf() may have split the last character.
    if (!is_whole && used - valid < 4) out[valid] = '\0';
    return text_copy(out, size_bytes, out) && is_whole;
}

bool text_format(char *out, size_t size_bytes, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    bool is_whole = text_format_list(out, size_bytes, format, arguments);
    va_end(arguments);
    return is_whole;
}

bool text_equal(const char *left, const char *right) {
    if (left == NULL || right == NULL) return left == right;
    return strcmp(left, right) == 0;
}

bool text_starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *text, const char *suffix) {
    size_t length = strlen(text);
    size_t suffix_length = strlen(suffix);

    return length >= suffix_length && strcmp(text + length - suffix_length, suffix) == 0;
}

bool text_is_empty(const char *text) {
    return text == NULL || text[0] == '\0';
}

bool text_is_utf8(const char *text) {
    return utf8_is_valid(text, strlen(text));
}

bool text_to_int64(const char *text, int64_t *out_value) {
    char *end = NULL;
    bool starts_well =
        (text[0] >= '0' && text[0] <= '9') || (text[0] == '-' && text[1] >= '0' && text[1] <= '9');

    if (!starts_well) return false;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0') return false;
    *out_value = value;
    return true;
}

const char *text_list_value(const char *list, const char *name, const char *separators,
                            size_t *out_length) {
    size_t length = strlen(name);

    for (const char *at = list; at != NULL && *at != '\0'; at += strspn(at, separators)) {
        size_t part = strcspn(at, separators);
        if (part > length && strncmp(at, name, length) == 0 && at[length] == '=') {
            *out_length = part - length - 1;
            return at + length + 1;
        }
        at += part;
    }
    return NULL;
}

char text_next_part(const char **at, const char *separators, char *out, size_t size_bytes) {
    size_t length = strcspn(*at, separators);
    char separator = (*at)[length];

    if (length >= size_bytes || !text_format(out, size_bytes, "%.*s", (int)length, *at))
        return '\0';
    *at += separator == '\0' ? length : length + 1;
    return separator;
}

bool text_to_bytes(const char *text, int64_t *out_bytes) {
    char digits[24];
    size_t length = strlen(text);
    int shift = 0;
    int64_t count;

    if (length == 0 || length >= sizeof digits) return false;
    (void)text_copy(digits, sizeof digits, text);
    switch (digits[length - 1]) {
    case 'k':
    case 'K':
        shift = 10;
        break;
    case 'm':
    case 'M':
        shift = 20;
        break;
    case 'g':
    case 'G':
        shift = 30;
        break;
    default:
        break;
    }
    if (shift != 0) digits[length - 1] = '\0';
    if (!text_to_int64(digits, &count) || count < 0 || count > (INT64_MAX >> shift)) return false;
    *out_bytes = count << shift;
    return true;
}

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xC0U) == 0x80U;
}

size_t text_count_characters(const char *utf8) {
    size_t count = 0;

    for (; *utf8 != '\0'; utf8++)
        if (!is_continuation(*utf8)) count++;
    return count;
}

void text_cut_utf8(char *utf8, size_t limit_bytes) {
    utf8[utf8_cut(utf8, strlen(utf8), limit_bytes)] = '\0';
}

void text_make_printable(char *utf8) {
    for (unsigned char *at = (unsigned char *)utf8; *at != '\0'; at++) {
        // U+0080 to U+009F control terminals as well.
        bool is_pair = at[0] == 0xC2 && at[1] >= 0x80 && at[1] <= 0x9F;
        if (is_pair) *at++ = ' ';
        if (is_pair || *at < ' ' || *at == 0x7F) *at = ' ';
    }
}

void text_hex(char *out, const void *bytes, size_t size) {
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;

    for (size_t index = 0; index < size; index++) {
        *out++ = digits[from[index] >> 4];
        *out++ = digits[from[index] & 15U];
    }
    *out = '\0';
}

static const int64_t TIME_MAX_MS = (int64_t)36525 * 86400000;

bool text_to_ms(const char *text, int64_t *out_ms) {
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    size_t digits = strspn(text, "0123456789");
    char number[20];
    int64_t count;

    if (digits == 0 || digits >= sizeof number) return false;
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (!text_to_int64(number, &count)) return false;
    for (size_t index = 0; index < COUNT_OF(units); index++) {
        if (!text_equal(text + digits, units[index].unit)) continue;
        if (count > TIME_MAX_MS / units[index].ms) return false;
        *out_ms = count * units[index].ms;
        return true;
    }
    return false;
}

static int hex_digit(char digit) {
    static const char digits[] = "0123456789abcdef";
    const char *place = digit == '\0' ? NULL : strchr(digits, digit | 0x20);

    return place == NULL ? -1 : (int)(place - digits);
}

void text_unescape_url(char *text) {
    char *to = text;

    for (const char *at = text; *at != '\0'; at++) {
        int high = *at == '%' ? hex_digit(at[1]) : -1;
        int low = high >= 0 ? hex_digit(at[2]) : -1;
        if (high == 0 && low == 0) low = -1; // would terminate the text
        *to++ = low >= 0 ? (char)(high * 16 + low) : *at;
        if (low >= 0) at += 2;
    }
    *to = '\0';
}
