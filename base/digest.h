// Digests, random identifiers and base64, behind one door to libcrypto.
#pragma once

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_SHA256_HEX_SIZE 65
#define DIGEST_MD5_HEX_SIZE    33

// SHA-256 and MD5 of one stream, fed piece by piece; or SHA-256 only.
struct digest;
struct digest *digest_new(void);
struct digest *digest_new_sha256(void);
void digest_add(struct digest *digest, const void *bytes, size_t size_bytes);
// Each ends the computation, and may be called once.
void digest_finish(struct digest *digest, char out_sha256_hex[static DIGEST_SHA256_HEX_SIZE],
                   char out_md5_hex[static DIGEST_MD5_HEX_SIZE]);
void digest_finish_sha256(struct digest *digest,
                          char out_sha256_hex[static DIGEST_SHA256_HEX_SIZE]);
void digest_free(struct digest *digest);
DEFINE_AUTO(digest_free, struct digest *);

void digest_sha256_hex(const void *bytes, size_t size_bytes,
                       char out_hex[static DIGEST_SHA256_HEX_SIZE]);
void digest_hmac_sha256(const void *key, size_t key_bytes, const void *bytes, size_t size_bytes,
                        unsigned char out_mac[static 32]);

// `count` random characters of [0-9a-f]; `out` needs count + 1.
void digest_random_hex(char *out, size_t count);
// `count` random characters of [A-Za-z0-9], as the service's operation ids.
void digest_random_alphanumeric(char *out, size_t count);
uint32_t digest_random_number(void);
// A version 4 UUID in its 36-character form.
void digest_random_uuid(char out[static 37]);

// Strict base64 (padding required, no white space), read piece by piece.
struct base64_reader;
struct base64_reader *base64_reader_new(void);
// Appends what the text stands for, as far as it is known yet, until the buffer takes no more.
// False: not base64; the reader is of no use then.
MUST_CHECK bool base64_reader_add(struct base64_reader *reader, const char *text, size_t size_bytes,
                                  struct buffer *out);
// The same for what is left. May be called once.
MUST_CHECK bool base64_reader_finish(struct base64_reader *reader, struct buffer *out);
// How many bytes all the text so far stands for.
size_t base64_reader_size(const struct base64_reader *reader);
void base64_reader_free(struct base64_reader *reader);
// Base64 with padding. The caller frees; never NULL.
char *digest_base64_encode(const void *bytes, size_t size_bytes);
