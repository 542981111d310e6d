// A file of certificates in PEM form, as --s3-ca-bundle names one.
#pragma once

#include "base/buffer.h"

// Certificates in DER form, one after the other, each after its length (4 bytes, big-endian): as in
// the key stores of Java.
struct certificates {
    struct buffer bytes;
    int count;
};

enum { CERTIFICATES_MAX_BYTES = 16 << 20 };
#define CERTIFICATES_INIT ((struct certificates){.bytes = BUFFER_INIT(CERTIFICATES_MAX_BYTES)})

void certificates_release(struct certificates *certificates);
DEFINE_AUTO_STRUCT(certificates_release, struct certificates);

MUST_CHECK bool certificates_add(struct certificates *certificates, const void *der,
                                 size_t size_bytes, struct error *err);

// Adds those of the file. ERROR_INVALID: it cannot be read, or has none.
MUST_CHECK bool ca_bundle_read(const char *path, struct certificates *out, struct error *err);

// Writes them as PEM.
MUST_CHECK bool ca_bundle_print(const struct certificates *certificates, struct buffer *out,
                                struct error *err);
