// Reads what Java's DataOutputStream has written, from a file or from memory that is not trusted,
// with limits on time. The first failure stays: from then on everything reads as 0 or "", and loops
// end because they ask metadata_reader_is_good(). So only the end has to be checked.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    METADATA_READER_BLOCK_BYTES = 4096,
    // Of a file, so that no file takes long: 32 MB in blocks, and as many things in it. What is
    // skipped does not count. On the machine of the measurements these are about 10 ms.
    METADATA_READER_BLOCKS_MAX = 8192,
    METADATA_READER_ITEMS_MAX = 200000,
};

struct metadata_reader {
    int fd; // -1: all bytes are in the block
    int64_t size_bytes;
    int64_t position; // of the next byte
    const unsigned char *block;
    int64_t block_start;
    int64_t block_bytes;
    int blocks_left;
    int items_left;
    struct error error; // kind ERROR_NONE: no failure
    unsigned char own_block[METADATA_READER_BLOCK_BYTES];
};

// The bytes and the file have to outlive the reader.
void metadata_reader_init_bytes(struct metadata_reader *reader, const void *bytes,
                                size_t size_bytes);
void metadata_reader_init_file(struct metadata_reader *reader, int fd, int64_t size_bytes);

bool metadata_reader_is_good(const struct metadata_reader *reader);
// ERROR_INVALID at the byte `position`; the first failure stays.
void metadata_reader_fail(struct metadata_reader *reader, int64_t position, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

int metadata_reader_byte(struct metadata_reader *reader); // 0 to 255
int32_t metadata_reader_int(struct metadata_reader *reader);
int64_t metadata_reader_long(struct metadata_reader *reader);
// A size in bytes: a failure where it is negative.
int64_t metadata_reader_size(struct metadata_reader *reader);
// How many `what` of at least `least_bytes` each follow. A failure where they cannot all be there.
int metadata_reader_count(struct metadata_reader *reader, int least_bytes, const char *what);

// What writeUTF() wrote, as UTF-8. A text that does not fit is truncated.
void metadata_reader_text(struct metadata_reader *reader, char *out, size_t size_bytes);
void metadata_reader_skip_text(struct metadata_reader *reader);
void metadata_reader_skip(struct metadata_reader *reader, int64_t count_bytes);
void metadata_reader_bytes(struct metadata_reader *reader, void *out, size_t size_bytes);

// Accounts for work that is not proportional to the bytes read.
void metadata_reader_spend(struct metadata_reader *reader, int items);
