// Against the published examples of FIPS 180-2, RFC 1321 and RFC 4231.
#include "base/digest.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <string.h>

static const char ABC_SHA256[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char ABC_MD5[] = "900150983cd24fb0d6963f7d28e17f72";

Test(digest, is_that_of_the_examples) {
    char sha256[DIGEST_SHA256_HEX_SIZE];

    digest_sha256_hex("abc", 3, sha256);
    cr_assert_str_eq(sha256, ABC_SHA256);
    digest_sha256_hex("", 0, sha256);
    cr_assert_str_eq(sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

Test(digest, is_made_piece_by_piece) {
    AUTO(digest_free) struct digest *both = digest_new();
    AUTO(digest_free) struct digest *one = digest_new_sha256();
    AUTO(digest_free) struct digest *other = digest_new_md5();
    char sha256[DIGEST_SHA256_HEX_SIZE];
    char md5[DIGEST_MD5_HEX_SIZE];

    digest_add(both, "a", 1);
    digest_add(both, "bc", 2);
    digest_finish(both, sha256, md5);
    cr_assert_str_eq(sha256, ABC_SHA256);
    cr_assert_str_eq(md5, ABC_MD5);
    digest_add(one, "abc", 3);
    digest_finish_sha256(one, sha256);
    cr_assert_str_eq(sha256, ABC_SHA256);
    digest_add(other, "abc", 3);
    digest_finish_md5(other, md5);
    cr_assert_str_eq(md5, ABC_MD5);
}

Test(digest, of_a_key_is_an_hmac) {
    unsigned char mac[32];
    char hex[DIGEST_SHA256_HEX_SIZE];

    digest_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac);
    text_hex(hex, mac, sizeof mac);
    cr_assert_str_eq(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
