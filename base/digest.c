#include "base/digest.h"

#include "base/memory.h"
#include "base/text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define MD5_SIZE    16
#define SHA256_SIZE 32

struct digest {
    EVP_MD_CTX *sha256;
    EVP_MD_CTX *md5;
};

static EVP_MD_CTX *begin(const EVP_MD *algorithm) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL || EVP_DigestInit_ex(context, algorithm, NULL) != 1) abort();
    return context;
}

struct digest *digest_new(void) {
    struct digest *digest = memory_alloc(sizeof *digest);

    digest->sha256 = begin(EVP_sha256());
    digest->md5 = begin(EVP_md5());
    return digest;
}

void digest_add(struct digest *digest, const void *bytes, size_t size_bytes) {
    if (EVP_DigestUpdate(digest->sha256, bytes, size_bytes) != 1 ||
        EVP_DigestUpdate(digest->md5, bytes, size_bytes) != 1)
        abort();
}

void digest_finish(struct digest *digest, char out_sha256_hex[static DIGEST_SHA256_HEX_SIZE],
                   char out_md5_hex[static DIGEST_MD5_HEX_SIZE]) {
    unsigned char sha256[SHA256_SIZE];
    unsigned char md5[MD5_SIZE];

    if (EVP_DigestFinal_ex(digest->sha256, sha256, NULL) != 1 ||
        EVP_DigestFinal_ex(digest->md5, md5, NULL) != 1)
        abort();
    text_hex(out_sha256_hex, sha256, sizeof sha256);
    text_hex(out_md5_hex, md5, sizeof md5);
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

// Fetched from the kernel 256 bytes at a time, which come whole (getrandom(2)): a system call for
// every id of every request is a good part of what a request costs.
static void random_bytes(void *out, size_t size) {
    static unsigned char pool[256];
    static size_t used = sizeof pool;

    if (size > sizeof pool) abort();
    if (size > sizeof pool - used) {
        if (getrandom(pool, sizeof pool, 0) != (ssize_t)sizeof pool) abort();
        used = 0;
    }
    memcpy(out, pool + used, size);
    OPENSSL_cleanse(pool + used, size);
    used += size;
}

void digest_random_hex(char *out, size_t count) {
    unsigned char bytes[64];
    char hex[2 * sizeof bytes + 1];
    size_t needed = (count + 1) / 2;

    if (needed > sizeof bytes) abort();
    random_bytes(bytes, needed);
    text_hex(hex, bytes, needed);
    memcpy(out, hex, count);
    out[count] = '\0';
}

uint32_t digest_random_number(void) {
    uint32_t number;

    random_bytes((unsigned char *)&number, sizeof number);
    return number;
}

void digest_random_alphanumeric(char *out, size_t count) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    unsigned char byte;

    for (size_t at = 0; at < count;) {
        random_bytes(&byte, 1);
        if (byte >= 4 * (sizeof letters - 1)) continue; // keeps the choice even
        out[at++] = letters[byte % (sizeof letters - 1)];
    }
    out[count] = '\0';
}

void digest_random_uuid(char out[static 37]) {
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

static bool is_base64(const char *text, size_t size_bytes) {
    size_t padding = 0;

    if (size_bytes % 4 != 0) return false;
    if (size_bytes > 0 && text[size_bytes - 1] == '=')
        padding = text[size_bytes - 2] == '=' ? 2 : 1;
    for (size_t at = 0; at < size_bytes - padding; at++) {
        char letter = text[at];
        bool is_letter = (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
                         (letter >= '0' && letter <= '9') || letter == '+' || letter == '/';
        if (!is_letter) return false;
    }
    return true;
}

bool digest_base64_size(const char *text, size_t size_bytes, size_t *out_bytes) {
    size_t padding = 0;

    if (!is_base64(text, size_bytes)) return false;
    if (size_bytes > 0 && text[size_bytes - 1] == '=')
        padding = text[size_bytes - 2] == '=' ? 2 : 1;
    *out_bytes = size_bytes / 4 * 3 - padding;
    return true;
}

bool digest_base64_decode(const char *text, size_t size_bytes, struct buffer *out,
                          struct error *err) {
    unsigned char block[3 * 1024];
    size_t left;

    if (!digest_base64_size(text, size_bytes, &left))
        return error_set(err, ERROR_INVALID, "not base64");
    for (size_t at = 0; at < size_bytes; at += 4096) {
        size_t taken = size_bytes - at < 4096 ? size_bytes - at : 4096;
        if (EVP_DecodeBlock(block, (const unsigned char *)text + at, (int)taken) < 0)
            return error_set(err, ERROR_INVALID, "not base64");
        size_t made = taken / 4 * 3 < left ? taken / 4 * 3 : left;
        if (!buffer_append(out, block, made, err)) return false;
        left -= made;
    }
    return true;
}

char *digest_base64_encode(const void *bytes, size_t size_bytes) {
    static const size_t PIECE = (size_t)3 << 20; // EVP_EncodeBlock counts in int
    char *text = memory_alloc((size_bytes + 2) / 3 * 4 + 1);
    size_t made = 0;

    for (size_t at = 0; at < size_bytes; at += PIECE) {
        size_t taken = size_bytes - at < PIECE ? size_bytes - at : PIECE;
        made += (size_t)EVP_EncodeBlock((unsigned char *)text + made,
                                        (const unsigned char *)bytes + at, (int)taken);
    }
    return text;
}
