#include "base/random_id.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

// Fetched 256 bytes at a time, the most that getrandom(2) never returns in part: a system call for
// each id would be a good part of the cost of a request.
static void random_bytes(void *out, size_t size) {
    static unsigned char pool[256];
    static size_t used = sizeof pool;

    if (size > sizeof pool) abort();
    if (size > sizeof pool - used) {
        if (getrandom(pool, sizeof pool, 0) != (ssize_t)sizeof pool) abort();
        used = 0;
    }
    memcpy(out, pool + used, size);
    explicit_bzero(pool + used, size);
    used += size;
}

void random_id_hex(char *out, size_t count) {
    unsigned char bytes[64];
    char hex[2 * sizeof bytes + 1];
    size_t needed = (count + 1) / 2;

    if (needed > sizeof bytes) abort();
    random_bytes(bytes, needed);
    text_hex(hex, bytes, needed);
    memcpy(out, hex, count);
    out[count] = '\0';
}

uint32_t random_id_number(void) {
    uint32_t number;

    random_bytes((unsigned char *)&number, sizeof number);
    return number;
}

void random_id_alphanumeric(char *out, size_t count) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    unsigned char byte;

    for (size_t at = 0; at < count;) {
        random_bytes(&byte, 1);
        if (byte >= 4 * (sizeof letters - 1)) continue; // so that all letters are equally likely
        out[at++] = letters[byte % (sizeof letters - 1)];
    }
    out[count] = '\0';
}

void random_id_uuid(char out[static 37]) {
    static const size_t groups[] = {8, 4, 4, 4, 12};
    unsigned char bytes[16];
    char hex[33];
    const char *from = hex;
    char *to = out;

    random_bytes(bytes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = (unsigned char)((bytes[8] & 0x3FU) | 0x80U);
    text_hex(hex, bytes, sizeof bytes);
    for (size_t group = 0; group < COUNT_OF(groups); group++) {
        memcpy(to, from, groups[group]);
        from += groups[group];
        to += groups[group];
        *to++ = group + 1 == COUNT_OF(groups) ? '\0' : '-';
    }
}
