// The cyclic redundancy checks that S3 clients send with what they upload (facts/api.md 3.3).
#pragma once

#include <stddef.h>
#include <stdint.h>

enum checksum_kind {
    CHECKSUM_CRC32,
    CHECKSUM_CRC32C,
    CHECKSUM_CRC64NVME,
    CHECKSUM_KIND_COUNT,
};

#define CHECKSUM_MAX_BYTES 8

// One computation over bytes that arrive in pieces.
struct checksum {
    enum checksum_kind kind;
    uint64_t state;
};

void checksum_begin(struct checksum *sum, enum checksum_kind kind);
void checksum_add(struct checksum *sum, const void *bytes, size_t size_bytes);
// Its 4 or 8 bytes, the most significant first; returns how many.
size_t checksum_finish(const struct checksum *sum, unsigned char out[static CHECKSUM_MAX_BYTES]);
