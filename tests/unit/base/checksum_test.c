#include "base/checksum.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static void hex_of(enum checksum_kind kind, const char *text, size_t piece_bytes, char out[17]) {
    unsigned char bytes[CHECKSUM_MAX_BYTES];
    struct checksum sum;
    size_t length = strlen(text);

    checksum_begin(&sum, kind);
    for (size_t at = 0; at < length; at += piece_bytes)
        checksum_add(&sum, text + at, length - at < piece_bytes ? length - at : piece_bytes);
    text_hex(out, bytes, checksum_finish(&sum, bytes));
}

// The check values of the catalogue of parametrised CRC algorithms.
static const struct {
    enum checksum_kind kind;
    const char *text;
    const char *hex;
} known[] = {
    {CHECKSUM_CRC32, "123456789", "cbf43926"},
    {CHECKSUM_CRC32C, "123456789", "e3069283"},
    {CHECKSUM_CRC64NVME, "123456789", "ae8b14860a799888"},
    {CHECKSUM_CRC32, "", "00000000"},
    {CHECKSUM_CRC64NVME, "", "0000000000000000"},
    {CHECKSUM_CRC32, "The quick brown fox jumps over the lazy dog", "414fa339"},
};

Test(checksum, values_are_those_of_the_catalogue) {
    char hex[17];

    for (size_t index = 0; index < COUNT_OF(known); index++) {
        hex_of(known[index].kind, known[index].text, 100, hex);
        cr_expect(eq(str, hex, (char *)known[index].hex));
    }
}

Test(checksum, pieces_do_not_change_it) {
    char hex[17];

    for (size_t index = 0; index < COUNT_OF(known); index++)
        for (size_t piece_bytes = 1; piece_bytes < 20; piece_bytes++) {
            hex_of(known[index].kind, known[index].text, piece_bytes, hex);
            cr_expect(eq(str, hex, (char *)known[index].hex));
        }
}
