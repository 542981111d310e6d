#include "runtime/savepoint/metadata_reader.h"

#include "base/text.h"
#include "runtime/savepoint/java_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

void metadata_reader_init_bytes(struct metadata_reader *reader, const void *bytes,
                                size_t size_bytes) {
    *reader = (struct metadata_reader){
        .fd = -1,
        .size_bytes = (int64_t)size_bytes,
        .block = bytes,
        .block_bytes = (int64_t)size_bytes,
        .blocks_left = METADATA_READER_BLOCKS_MAX,
        .items_left = METADATA_READER_ITEMS_MAX,
    };
}

void metadata_reader_init_file(struct metadata_reader *reader, int fd, int64_t size_bytes) {
    metadata_reader_init_bytes(reader, reader->own_block, 0);
    reader->fd = fd;
    reader->size_bytes = size_bytes;
}

bool metadata_reader_is_good(const struct metadata_reader *reader) {
    return reader->error.kind == ERROR_NONE;
}

void metadata_reader_fail(struct metadata_reader *reader, int64_t position, const char *format,
                          ...) {
    char text[512];
    va_list arguments;

    if (!metadata_reader_is_good(reader)) return;
    va_start(arguments, format);
    (void)text_format_list(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)error_set(&reader->error, ERROR_INVALID, "at byte %" PRId64 ": %s", position, text);
}

static void fail_limit(struct metadata_reader *reader, const char *what) {
    if (!metadata_reader_is_good(reader)) return;
    (void)error_set(&reader->error, ERROR_LIMIT,
                    "too large: before byte %" PRId64 " there are more %s than kobel reads",
                    reader->position, what);
}

void metadata_reader_spend(struct metadata_reader *reader, int items) {
    if (reader->items_left < items) {
        fail_limit(reader, "operators, subtasks and parts of state");
        return;
    }
    reader->items_left -= items;
}

// Makes the byte at the position part of the block.
static bool fill(struct metadata_reader *reader) {
    if (reader->position >= reader->size_bytes) {
        metadata_reader_fail(reader, reader->position, "the file ends too early");
        return false;
    }
    if (reader->blocks_left == 0) {
        fail_limit(reader, "blocks of data");
        return false;
    }
    reader->blocks_left--;
    ssize_t got = pread(reader->fd, reader->own_block, sizeof reader->own_block, reader->position);
    if (got <= 0) {
        metadata_reader_fail(reader, reader->position, "it cannot be read: %s",
                             got == 0 ? "it became shorter" : strerror(errno));
        return false;
    }
    reader->block = reader->own_block;
    reader->block_start = reader->position;
    reader->block_bytes = got;
    return true;
}

void metadata_reader_bytes(struct metadata_reader *reader, void *out, size_t size_bytes) {
    size_t done = 0;

    while (done < size_bytes && metadata_reader_is_good(reader)) {
        int64_t at = reader->position - reader->block_start;
        if ((at < 0 || at >= reader->block_bytes) && !fill(reader)) break;
        at = reader->position - reader->block_start;
        size_t left = (size_t)(reader->block_bytes - at);
        size_t part = left < size_bytes - done ? left : size_bytes - done;
        memcpy((char *)out + done, reader->block + at, part);
        reader->position += (int64_t)part;
        done += part;
    }
    if (!metadata_reader_is_good(reader)) memset(out, 0, size_bytes);
}

void metadata_reader_skip(struct metadata_reader *reader, int64_t count_bytes) {
    if (!metadata_reader_is_good(reader)) return;
    if (count_bytes < 0 || count_bytes > reader->size_bytes - reader->position) {
        metadata_reader_fail(reader, reader->position,
                             "%" PRId64 " bytes should follow, not %" PRId64, count_bytes,
                             reader->size_bytes - reader->position);
        return;
    }
    reader->position += count_bytes;
}

static uint64_t read_number(struct metadata_reader *reader, size_t size_bytes) {
    unsigned char bytes[8] = {0};
    uint64_t value = 0;

    metadata_reader_bytes(reader, bytes, size_bytes);
    for (size_t index = 0; index < size_bytes; index++)
        value = value << 8 | bytes[index];
    return value;
}

int metadata_reader_byte(struct metadata_reader *reader) {
    return (int)read_number(reader, 1);
}

int32_t metadata_reader_int(struct metadata_reader *reader) {
    return (int32_t)(uint32_t)read_number(reader, 4);
}

int64_t metadata_reader_long(struct metadata_reader *reader) {
    return (int64_t)read_number(reader, 8);
}

int64_t metadata_reader_size(struct metadata_reader *reader) {
    int64_t value = metadata_reader_long(reader);

    if (value >= 0) return value;
    metadata_reader_fail(reader, reader->position - 8, "%" PRId64 " is not a size", value);
    return 0;
}

int metadata_reader_count(struct metadata_reader *reader, int least_bytes, const char *what) {
    int32_t count = metadata_reader_int(reader);

    if (count >= 0 && count <= (reader->size_bytes - reader->position) / least_bytes) return count;
    metadata_reader_fail(reader, reader->position - 4, "%" PRId32 " is not a number of %s", count,
                         what);
    return 0;
}

void metadata_reader_text(struct metadata_reader *reader, char *out, size_t size_bytes) {
    // Truncated texts need no more: three bytes become one at least.
    unsigned char java[2048];
    size_t length = (size_t)read_number(reader, 2);
    size_t taken = length < sizeof java ? length : sizeof java;

    metadata_reader_bytes(reader, java, taken);
    metadata_reader_skip(reader, (int64_t)(length - taken));
    if (!metadata_reader_is_good(reader)) taken = 0;
    java_text_copy(out, size_bytes, java, taken);
}

void metadata_reader_skip_text(struct metadata_reader *reader) {
    metadata_reader_skip(reader, (int64_t)read_number(reader, 2));
}
