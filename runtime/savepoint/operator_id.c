#include "runtime/savepoint/operator_id.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK_BYTES = 16 };

static const uint64_t FACTOR_1 = 0x87c37b91114253d5;
static const uint64_t FACTOR_2 = 0x4cf5ad432745937f;

static uint64_t rotate(uint64_t value, unsigned bits) {
    return value << bits | value >> (64 - bits);
}

static uint64_t little_endian(const unsigned char *bytes) {
    uint64_t value = 0;

    for (unsigned index = 0; index < 8; index++)
        value |= (uint64_t)bytes[index] << (8 * index);
    return value;
}

static uint64_t mix_first(uint64_t part) {
    return rotate(part * FACTOR_1, 31) * FACTOR_2;
}

static uint64_t mix_second(uint64_t part) {
    return rotate(part * FACTOR_2, 33) * FACTOR_1;
}

static uint64_t mix_end(uint64_t value) {
    value = (value ^ value >> 33) * 0xff51afd7ed558ccd;
    value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53;
    return value ^ value >> 33;
}

static void mix_block(uint64_t hash[static 2], const unsigned char *block) {
    hash[0] ^= mix_first(little_endian(block));
    hash[0] = (rotate(hash[0], 27) + hash[1]) * 5 + 0x52dce729;
    hash[1] ^= mix_second(little_endian(block + 8));
    hash[1] = (rotate(hash[1], 31) + hash[0]) * 5 + 0x38495ab5;
}

static void put_little_endian(unsigned char *out, uint64_t value) {
    for (unsigned index = 0; index < 8; index++)
        out[index] = (unsigned char)(value >> (8 * index));
}

void operator_id_of_uid(const char *uid, char out[static JOB_OPERATOR_ID_SIZE]) {
    const unsigned char *bytes = (const unsigned char *)uid;
    size_t length = strlen(uid);
    uint64_t hash[2] = {0, 0};
    unsigned char rest[BLOCK_BYTES] = {0};
    unsigned char id[BLOCK_BYTES];
    size_t at = 0;

    for (; length - at >= BLOCK_BYTES; at += BLOCK_BYTES)
        mix_block(hash, bytes + at);
    // Bytes that are not there count as 0, which changes nothing.
    memcpy(rest, bytes + at, length - at);
    hash[1] ^= mix_second(little_endian(rest + 8));
    hash[0] ^= mix_first(little_endian(rest));
    hash[0] ^= length;
    hash[1] ^= length;
    hash[0] += hash[1];
    hash[1] += hash[0];
    hash[0] = mix_end(hash[0]);
    hash[1] = mix_end(hash[1]);
    hash[0] += hash[1];
    hash[1] += hash[0];
    put_little_endian(id, hash[0]);
    put_little_endian(id + 8, hash[1]);
    text_hex(out, id, sizeof id);
}
