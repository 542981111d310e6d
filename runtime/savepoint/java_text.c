#include "runtime/savepoint/java_text.h"

#include "base/text.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

enum { PAIR_BYTES = 6, PART_BYTES = 2048 };

// Is there half of a pair, whose second byte begins with these four bits?
static bool is_surrogate(const unsigned char *at, unsigned char bits) {
    return at[0] == 0xED && (at[1] & 0xF0) == bits && (at[2] & 0xC0) == 0x80;
}

static void encode_pair(unsigned char out[static 4], const unsigned char *pair) {
    unsigned high = (unsigned)(pair[1] & 0x0F) << 6 | (pair[2] & 0x3FU);
    unsigned low = (unsigned)(pair[4] & 0x0F) << 6 | (pair[5] & 0x3FU);
    unsigned character = 0x10000U + (high << 10) + low;

    out[0] = (unsigned char)(0xF0 | character >> 18);
    out[1] = (unsigned char)(0x80 | (character >> 12 & 0x3F));
    out[2] = (unsigned char)(0x80 | (character >> 6 & 0x3F));
    out[3] = (unsigned char)(0x80 | (character & 0x3F));
}

// One character of `java` to `out`. Returns how many bytes it had; *out_bytes: it has now.
static size_t convert(unsigned char out[static 4], const unsigned char *java, size_t left_bytes,
                      size_t *out_bytes) {
    if (left_bytes >= PAIR_BYTES && is_surrogate(java, 0xA0) && is_surrogate(java + 3, 0xB0)) {
        encode_pair(out, java);
        *out_bytes = 4;
        return PAIR_BYTES;
    }
    bool is_zero = java[0] == 0 || (left_bytes >= 2 && java[0] == 0xC0 && java[1] == 0x80);
    out[0] = is_zero ? ' ' : java[0];
    *out_bytes = 1;
    return is_zero && java[0] != 0 ? 2 : 1;
}

void java_text_copy(char *out, size_t size_bytes, const unsigned char *java, size_t length_bytes) {
    // More than any caller's text, so that utf8_copy() decides where it is truncated.
    unsigned char plain[PART_BYTES + 4];
    size_t used = 0;

    for (size_t at = 0; at < length_bytes && used < PART_BYTES;) {
        size_t made = 0;
        at += convert(plain + used, java + at, length_bytes - at, &made);
        used += made;
    }
    (void)utf8_copy(out, size_bytes, (const char *)plain, used, NULL);
    text_make_printable(out);
}
