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
    EVP_MD_CTX *md5; // NULL: not wanted
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

static void add(EVP_MD_CTX *context, const void *bytes, size_t size_bytes) {
    if (EVP_DigestUpdate(context, bytes, size_bytes) != 1) abort();
}

void digest_add(struct digest *digest, const void *bytes, size_t size_bytes) {
    add(digest->sha256, bytes, size_bytes);
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

// --- base64 ---

struct base64_reader {
    EVP_ENCODE_CTX *context;
    size_t letters;
    size_t padding; // '=' at the end
    bool is_full;   // the buffer has not taken all
};

struct base64_reader *base64_reader_new(void) {
    struct base64_reader *reader = memory_alloc(sizeof *reader);

    reader->context = EVP_ENCODE_CTX_new();
    if (reader->context == NULL) abort();
    EVP_DecodeInit(reader->context);
    return reader;
}

// False: not base64. libcrypto would pass over white space.
static bool take_letters(struct base64_reader *reader, const char *text, size_t size_bytes) {
    for (size_t at = 0; at < size_bytes; at++) {
        char letter = text[at];
        bool is_letter = (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
                         (letter >= '0' && letter <= '9') || letter == '+' || letter == '/';
        if (is_letter && reader->padding == 0)
            reader->letters++;
        else if (letter == '=' && reader->padding < 2)
            reader->padding++;
        else
            return false;
    }
    return true;
}

static void keep(struct base64_reader *reader, const unsigned char *bytes, int count,
                 struct buffer *out) {
    struct error full;

    if (!reader->is_full) reader->is_full = !buffer_append(out, bytes, (size_t)count, &full);
}

bool base64_reader_add(struct base64_reader *reader, const char *text, size_t size_bytes,
                       struct buffer *out) {
    enum { PIECE = 4096, KEPT_BY_LIBCRYPTO = 80 };
    unsigned char block[PIECE + KEPT_BY_LIBCRYPTO];
    int made = 0;

    if (!take_letters(reader, text, size_bytes)) return false;
    for (size_t at = 0; at < size_bytes; at += PIECE) {
        size_t taken = size_bytes - at < PIECE ? size_bytes - at : PIECE;
        if (EVP_DecodeUpdate(reader->context, block, &made, (const unsigned char *)text + at,
                             (int)taken) < 0)
            return false;
        keep(reader, block, made, out);
    }
    return true;
}

bool base64_reader_finish(struct base64_reader *reader, struct buffer *out) {
    unsigned char block[64];
    int made = 0;

    if ((reader->letters + reader->padding) % 4 != 0 ||
        EVP_DecodeFinal(reader->context, block, &made) < 0)
        return false;
    keep(reader, block, made, out);
    return true;
}

size_t base64_reader_size(const struct base64_reader *reader) {
    return reader->letters * 3 / 4;
}

void base64_reader_free(struct base64_reader *reader) {
    if (reader == NULL) return;
    EVP_ENCODE_CTX_free(reader->context);
    memory_free(reader);
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
