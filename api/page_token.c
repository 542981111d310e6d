#include "api/page_token.h"

#include "base/digest.h"
#include "base/text.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <string.h>

static const size_t SIGNATURE_BYTES = 16;

void page_token_make(const unsigned char key[static 32], const char *list, int64_t sequence,
                     char out[static PAGE_TOKEN_SIZE]) {
    unsigned char mac[32];
    char hex[2 * 32 + 1];
    char signed_text[512];

    (void)text_format(signed_text, sizeof signed_text, "%" PRId64 "/%s", sequence, list);
    digest_hmac_sha256(key, 32, signed_text, strlen(signed_text), mac);
    text_hex(hex, mac, SIGNATURE_BYTES);
    (void)text_format(out, PAGE_TOKEN_SIZE, "%" PRId64 ".%s", sequence, hex);
}

bool page_token_read(const unsigned char key[static 32], const char *list, const char *token,
                     int64_t *out_sequence, struct error *err) {
    const char *dot = strchr(token, '.');
    char digits[24];
    char expected[PAGE_TOKEN_SIZE];
    int64_t sequence;

    if (dot == NULL || (size_t)(dot - token) >= sizeof digits)
        return error_set(err, ERROR_INVALID, "The provided NextToken is not valid.");
    memcpy(digits, token, (size_t)(dot - token));
    digits[dot - token] = '\0';
    if (!text_to_int64(digits, &sequence))
        return error_set(err, ERROR_INVALID, "The provided NextToken is not valid.");
    page_token_make(key, list, sequence, expected);
    if (strlen(expected) != strlen(token) || CRYPTO_memcmp(expected, token, strlen(token)) != 0)
        return error_set(err, ERROR_INVALID, "The provided NextToken is not valid.");
    *out_sequence = sequence;
    return true;
}
