#include "base/checksum.h"

#include <stdbool.h>
#include <string.h>

enum { SLICES = 8 };

// All are reflected: the least significant bit comes first, so that one loop serves each width.
static const struct {
    uint64_t polynomial;
    uint64_t ones; // the initial state, and what is inverted at the end
    size_t size_bytes;
} kinds[CHECKSUM_KIND_COUNT] = {
    [CHECKSUM_CRC32] = {0xEDB88320, 0xFFFFFFFF, 4},
    [CHECKSUM_CRC32C] = {0x82F63B78, 0xFFFFFFFF, 4},
    [CHECKSUM_CRC64NVME] = {0x9A6C9329AC4BC9B5, UINT64_MAX, 8},
};

// What a byte does that lies [0..7] bytes before the end of a group of eight.
static uint64_t tables[CHECKSUM_KIND_COUNT][SLICES][256];
static bool has_table[CHECKSUM_KIND_COUNT];

static void make_table(enum checksum_kind kind) {
    uint64_t(*table)[256] = tables[kind];

    for (unsigned byte = 0; byte < 256; byte++) {
        uint64_t value = byte;
        for (int bit = 0; bit < 8; bit++)
            value = (value >> 1) ^ ((value & 1) * kinds[kind].polynomial);
        table[0][byte] = value;
    }
    for (int slice = 1; slice < SLICES; slice++)
        for (unsigned byte = 0; byte < 256; byte++) {
            uint64_t before = table[slice - 1][byte];
            table[slice][byte] = (before >> 8) ^ table[0][before & 255];
        }
    has_table[kind] = true;
}

void checksum_begin(struct checksum *sum, enum checksum_kind kind) {
    if (!has_table[kind]) make_table(kind);
    *sum = (struct checksum){.kind = kind, .state = kinds[kind].ones};
}

void checksum_add(struct checksum *sum, const void *bytes, size_t size_bytes) {
    const uint64_t(*table)[256] = (const uint64_t(*)[256])tables[sum->kind];
    const unsigned char *at = bytes;
    uint64_t state = sum->state;

    for (; size_bytes >= SLICES; at += SLICES, size_bytes -= SLICES) {
        uint64_t eight;
        memcpy(&eight, at, sizeof eight); // the machine is little-endian, as the checks are
        state ^= eight;
        uint64_t next = 0;
        for (int slice = 0; slice < SLICES; slice++)
            next ^= table[SLICES - 1 - slice][(state >> (8 * slice)) & 255];
        state = next;
    }
    for (; size_bytes > 0; at++, size_bytes--)
        state = (state >> 8) ^ table[0][(state ^ *at) & 255];
    sum->state = state;
}

size_t checksum_finish(const struct checksum *sum, unsigned char out[static CHECKSUM_MAX_BYTES]) {
    size_t size_bytes = kinds[sum->kind].size_bytes;
    uint64_t value = sum->state ^ kinds[sum->kind].ones;

    for (size_t index = 0; index < size_bytes; index++)
        out[index] = (unsigned char)(value >> (8 * (size_bytes - 1 - index)));
    return size_bytes;
}
