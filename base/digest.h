// SHA-256, MD5 and HMAC, through libcrypto.
#pragma once

#include "base/cleanup.h"

#include <stddef.h>

#define DIGEST_SHA256_HEX_SIZE 65
#define DIGEST_MD5_HEX_SIZE    33

// SHA-256 and MD5 of one stream that arrives in pieces; the other two compute one of them only.
struct digest;
struct digest *digest_new(void);
struct digest *digest_new_sha256(void);
struct digest *digest_new_md5(void);
void digest_add(struct digest *digest, const void *bytes, size_t size_bytes);
// Each ends the computation and may be called once.
void digest_finish(struct digest *digest, char out_sha256_hex[static DIGEST_SHA256_HEX_SIZE],
                   char out_md5_hex[static DIGEST_MD5_HEX_SIZE]);
void digest_finish_sha256(struct digest *digest,
                          char out_sha256_hex[static DIGEST_SHA256_HEX_SIZE]);
void digest_finish_md5(struct digest *digest, char out_md5_hex[static DIGEST_MD5_HEX_SIZE]);
void digest_free(struct digest *digest);
DEFINE_AUTO(digest_free, struct digest *);

void digest_sha256_hex(const void *bytes, size_t size_bytes,
                       char out_hex[static DIGEST_SHA256_HEX_SIZE]);
void digest_hmac_sha256(const void *key, size_t key_bytes, const void *bytes, size_t size_bytes,
                        unsigned char out_mac[static 32]);
