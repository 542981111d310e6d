#include "api/admin/access_token.h"

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/names.h"
#include "base/text.h"

#include <openssl/crypto.h>
#include <string.h>

static const int64_t FIRST_USE_MAX_S = 180;
static const char *const kinds[] = {[ACCESS_LINK] = "link", [ACCESS_SESSION] = "session"};
DEFINE_NAMES(access_kind, enum access_kind, kinds);

void access_token_make(const unsigned char key[static 32], const struct access *access,
                       char out[static ACCESS_TOKEN_SIZE]) {
    unsigned char mac[32];
    char hex[65];

    // No part can hold a '~': accounts are digits, Regions and names have their patterns.
    (void)text_format(out, ACCESS_TOKEN_SIZE, "%s~%s~%s~%s~%lld~%lld~",
                      access_kind_name(access->kind), access->scope.account, access->scope.region,
                      access->name, (long long)access->issued_s, (long long)access->duration_s);
    size_t length = strlen(out);
    digest_hmac_sha256(key, 32, out, length, mac);
    text_hex(hex, mac, sizeof mac);
    (void)text_copy(out + length, ACCESS_TOKEN_SIZE - length, hex);
}

static bool next_part(const char **at, char *out, size_t size_bytes) {
    return text_next_part(at, "~", out, size_bytes) == '~';
}

static bool parse(const char *token, struct access *out) {
    const char *at = token;
    struct access access = {0};
    char name_of_kind[16];
    char issued[24];
    char duration[24];

    if (!next_part(&at, name_of_kind, sizeof name_of_kind) ||
        !next_part(&at, access.scope.account, sizeof access.scope.account) ||
        !next_part(&at, access.scope.region, sizeof access.scope.region) ||
        !next_part(&at, access.name, sizeof access.name) ||
        !next_part(&at, issued, sizeof issued) || !next_part(&at, duration, sizeof duration) ||
        !access_kind_from_name(name_of_kind, &access.kind) ||
        !text_to_int64(issued, &access.issued_s) || !text_to_int64(duration, &access.duration_s))
        return false;
    *out = access;
    return true;
}

bool access_token_read(const unsigned char key[static 32], const char *token, enum access_kind kind,
                       const char *name, int64_t now_s, struct access *out_access) {
    char expected[ACCESS_TOKEN_SIZE];
    struct access access;

    if (!parse(token, &access)) return false;
    // Only one token has these parts: comparing it checks every part and the signature.
    access_token_make(key, &access, expected);
    if (strlen(expected) != strlen(token) || CRYPTO_memcmp(expected, token, strlen(token)) != 0)
        return false;
    if (access.kind != kind || !text_equal(access.name, name) || now_s < access.issued_s ||
        now_s - access.issued_s > access.duration_s)
        return false;
    *out_access = access;
    return true;
}

bool access_token_may_begin(const struct access *link, int64_t now_s) {
    return now_s - link->issued_s <= FIRST_USE_MAX_S;
}
