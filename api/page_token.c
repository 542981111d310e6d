#include "api/page_token.h"

#include "base/digest.h"
#include "base/text.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <string.h>

static const size_t SIGNATURE_BYTES = 16;
enum { NAME_SIGNATURE_BYTES = 8, NAME_SIGNATURE_LENGTH = 2 * NAME_SIGNATURE_BYTES };
// The longest name that leaves room for a dot and a signature.
static const size_t SIGNED_NAME_MAX = APP_NAME_SIZE - 1 - 1 - NAME_SIGNATURE_LENGTH;
#define HEX_SIZE (2 * 32 + 1)

static void sign(const unsigned char key[static 32], const char *place, const char *list,
                 size_t signature_bytes, char out_hex[static HEX_SIZE]) {
    unsigned char mac[32];
    char signed_text[512];

    (void)text_format(signed_text, sizeof signed_text, "%s/%s", place, list);
    digest_hmac_sha256(key, 32, signed_text, strlen(signed_text), mac);
    text_hex(out_hex, mac, signature_bytes);
}

static bool is_same(const char *expected, const char *token) {
    return strlen(expected) == strlen(token) && CRYPTO_memcmp(expected, token, strlen(token)) == 0;
}

void page_token_make(const unsigned char key[static 32], const char *list, int64_t sequence,
                     char out[static PAGE_TOKEN_SIZE]) {
    char place[24];
    char hex[HEX_SIZE];

    (void)text_format(place, sizeof place, "%" PRId64, sequence);
    sign(key, place, list, SIGNATURE_BYTES, hex);
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
    if (!is_same(expected, token))
        return error_set(err, ERROR_INVALID, "The provided NextToken is not valid.");
    *out_sequence = sequence;
    return true;
}

// --- names ---

void page_token_make_name(const unsigned char key[static 32], const char *list, const char *name,
                          char out[static APP_NAME_SIZE]) {
    char hex[HEX_SIZE];

    sign(key, name, list, NAME_SIGNATURE_BYTES, hex);
    if (strlen(name) > SIGNED_NAME_MAX)
        (void)text_copy(out, APP_NAME_SIZE, name);
    else
        (void)text_format(out, APP_NAME_SIZE, "%s.%s", name, hex);
}

bool page_token_read_name(const unsigned char key[static 32], const char *list, const char *token,
                          char out_name[static APP_NAME_SIZE], struct error *err) {
    size_t length = strlen(token);
    char name[APP_NAME_SIZE];
    char expected[APP_NAME_SIZE];

    if (length > 1 + NAME_SIGNATURE_LENGTH && length < APP_NAME_SIZE) {
        (void)text_format(name, sizeof name, "%.*s", (int)(length - 1 - NAME_SIGNATURE_LENGTH),
                          token);
        page_token_make_name(key, list, name, expected);
        if (is_same(expected, token)) return text_copy(out_name, APP_NAME_SIZE, name);
    }
    if (length > SIGNED_NAME_MAX && length < APP_NAME_SIZE)
        return text_copy(out_name, APP_NAME_SIZE, token);
    return error_set(err, ERROR_REQUEST, "The provided NextToken is not valid.");
}
