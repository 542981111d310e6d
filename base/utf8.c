#include "base/utf8.h"

#include "base/memory.h"

#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"
enum { REPLACEMENT_BYTES = sizeof REPLACEMENT - 1 };

static bool is_continuation(unsigned char byte) {
    return (byte & 0xC0U) == 0x80U;
}

// Eight bytes at a time: nearly all text is ASCII.
static size_t ascii_bytes(const char *bytes, size_t size_bytes) {
    size_t at = 0;
    uint64_t word;

    for (; at + sizeof word <= size_bytes; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0) break;
    }
    while (at < size_bytes && (unsigned char)bytes[at] < 0x80)
        at++;
    return at;
}

// The allowed second byte of a character depends on its first (Unicode, table 3-7).
static bool is_second(unsigned char first, unsigned char second) {
    switch (first) {
    case 0xE0:
        return second >= 0xA0 && second <= 0xBF;
    case 0xED:
        return second >= 0x80 && second <= 0x9F;
    case 0xF0:
        return second >= 0x90 && second <= 0xBF;
    case 0xF4:
        return second >= 0x80 && second <= 0x8F;
    default:
        return is_continuation(second);
    }
}

// The length of a character by its first byte; 0: no character begins with it.
static size_t length_of(unsigned char first) {
    if (first >= 0xC2 && first <= 0xDF) return 2;
    if (first >= 0xE0 && first <= 0xEF) return 3;
    if (first >= 0xF0 && first <= 0xF4) return 4;
    return 0;
}

size_t utf8_character_bytes(const char *bytes, size_t size_bytes) {
    const unsigned char *from = (const unsigned char *)bytes;

    if (from[0] < 0x80) return 1;
    size_t length = length_of(from[0]);
    if (length == 0 || length > size_bytes || !is_second(from[0], from[1])) return 0;
    for (size_t at = 2; at < length; at++)
        if (!is_continuation(from[at])) return 0;
    return length;
}

size_t utf8_valid_bytes(const char *bytes, size_t size_bytes) {
    size_t at = 0;

    for (;;) {
        at += ascii_bytes(bytes + at, size_bytes - at);
        if (at == size_bytes) return at;
        size_t length = utf8_character_bytes(bytes + at, size_bytes - at);
        if (length == 0) return at;
        at += length;
    }
}

bool utf8_is_valid(const char *bytes, size_t size_bytes) {
    return utf8_valid_bytes(bytes, size_bytes) == size_bytes;
}

size_t utf8_cut(const char *utf8, size_t size_bytes, size_t limit_bytes) {
    if (size_bytes <= limit_bytes) return size_bytes;
    while (limit_bytes > 0 && is_continuation((unsigned char)utf8[limit_bytes]))
        limit_bytes--;
    return limit_bytes;
}

size_t utf8_copy(char *out, size_t out_size_bytes, const char *bytes, size_t length_bytes,
                 bool *out_is_whole) {
    size_t room = out_size_bytes - 1;
    size_t used = 0;
    size_t at = 0;
    bool is_whole = true;

    while (at < length_bytes && is_whole) {
        size_t valid = utf8_valid_bytes(bytes + at, length_bytes - at);
        size_t kept = utf8_cut(bytes + at, valid, room - used);
        memcpy(out + used, bytes + at, kept);
        used += kept;
        at += valid;
        is_whole = kept == valid;
        if (at == length_bytes || !is_whole) break;
        is_whole = room - used >= REPLACEMENT_BYTES;
        if (is_whole) {
            memcpy(out + used, REPLACEMENT, REPLACEMENT_BYTES);
            used += REPLACEMENT_BYTES;
        }
        at++;
    }
    out[used] = '\0';
    if (out_is_whole != NULL) *out_is_whole = is_whole;
    return used;
}

char *utf8_copy_new(const char *bytes, size_t length_bytes) {
    size_t room = length_bytes * REPLACEMENT_BYTES + 1;
    char *copy = memory_alloc(room);

    (void)utf8_copy(copy, room, bytes, length_bytes, NULL);
    return copy;
}
