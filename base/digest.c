#include "base/digest.h"

#include "base/memory.h"
#include "base/text.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#define MD5_SIZE    16
#define SHA256_SIZE 32

struct digest {
    EVP_MD_CTX *sha256; // NULL: not computed
    EVP_MD_CTX *md5;    // the same
};

static EVP_MD_CTX *begin(const EVP_MD *algorithm) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL || EVP_DigestInit_ex(context, algorithm, NULL) != 1) abort();
    return context;
}

struct digest *digest_new_sha256(void) {
    struct digest *digest = memory_alloc(sizeof *digest);

    digest->sha256 = begin(EVP_sha256());
    return digest;
}

struct digest *digest_new(void) {
    struct digest *digest = digest_new_sha256();

    digest->md5 = begin(EVP_md5());
    return digest;
}

struct digest *digest_new_md5(void) {
    struct digest *digest = memory_alloc(sizeof *digest);

    digest->md5 = begin(EVP_md5());
    return digest;
}

static void add(EVP_MD_CTX *context, const void *bytes, size_t size_bytes) {
    if (EVP_DigestUpdate(context, bytes, size_bytes) != 1) abort();
}

void digest_add(struct digest *digest, const void *bytes, size_t size_bytes) {
    if (digest->sha256 != NULL) add(digest->sha256, bytes, size_bytes);
    if (digest->md5 != NULL) add(digest->md5, bytes, size_bytes);
}

static void finish(EVP_MD_CTX *context, size_t size_bytes, char *out_hex) {
    unsigned char bytes[EVP_MAX_MD_SIZE];

    if (EVP_DigestFinal_ex(context, bytes, NULL) != 1) abort();
    text_hex(out_hex, bytes, size_bytes);
}

void digest_finish_sha256(struct digest *digest,
                          char out_sha256_hex[static DIGEST_SHA256_HEX_SIZE]) {
    finish(digest->sha256, SHA256_SIZE, out_sha256_hex);
}

void digest_finish_md5(struct digest *digest, char out_md5_hex[static DIGEST_MD5_HEX_SIZE]) {
    finish(digest->md5, MD5_SIZE, out_md5_hex);
}

void digest_finish(struct digest *digest, char out_sha256_hex[static DIGEST_SHA256_HEX_SIZE],
                   char out_md5_hex[static DIGEST_MD5_HEX_SIZE]) {
    finish(digest->sha256, SHA256_SIZE, out_sha256_hex);
    finish(digest->md5, MD5_SIZE, out_md5_hex);
}

void digest_free(struct digest *digest) {
    if (digest == NULL) return;
    EVP_MD_CTX_free(digest->sha256);
    EVP_MD_CTX_free(digest->md5);
    memory_free(digest);
}

void digest_sha256_hex(const void *bytes, size_t size_bytes,
                       char out_hex[static DIGEST_SHA256_HEX_SIZE]) {
    unsigned char sha256[SHA256_SIZE];

    if (EVP_Digest(bytes, size_bytes, sha256, NULL, EVP_sha256(), NULL) != 1) abort();
    text_hex(out_hex, sha256, sizeof sha256);
}

void digest_hmac_sha256(const void *key, size_t key_bytes, const void *bytes, size_t size_bytes,
                        unsigned char out_mac[static 32]) {
    unsigned length = 0;

    if (HMAC(EVP_sha256(), key, (int)key_bytes, bytes, size_bytes, out_mac, &length) == NULL)
        abort();
}
