// Reading of what Java has written, with limits.
#include "runtime/savepoint/metadata_reader.h"

#include "base/file.h"
#include "unit/runtime/savepoint/metadata_bytes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <unistd.h>

static struct metadata_reader reader;

Test(metadata_reader, reads_numbers_and_texts) {
    char text[10];
    static const char bytes[] = "\xFF\xFF\xFF\xFF\xFE\0\0\0\0\0\0\x01\x02\0\x03xyz\x07";

    metadata_reader_init_bytes(&reader, bytes, sizeof bytes - 1);
    cr_assert(eq(int, metadata_reader_byte(&reader), 255));
    cr_assert(eq(int, metadata_reader_int(&reader), -2));
    cr_assert(eq(i64, metadata_reader_long(&reader), 258));
    metadata_reader_text(&reader, text, sizeof text);
    cr_assert(eq(str, text, "xyz"));
    cr_assert(metadata_reader_is_good(&reader));
    cr_assert(eq(i64, reader.position, 18));
}

Test(metadata_reader, says_at_which_byte_the_file_ends) {
    metadata_reader_init_bytes(&reader, "abcdef", 6);
    (void)metadata_reader_int(&reader);
    cr_assert(eq(i64, metadata_reader_long(&reader), 0));
    cr_assert(eq(int, reader.error.kind, ERROR_INVALID));
    cr_assert(eq(str, reader.error.message, "at byte 6: the file ends too early"));
}

Test(metadata_reader, keeps_the_first_failure) {
    metadata_reader_init_bytes(&reader, "ab", 2);
    metadata_reader_fail(&reader, 1, "it is %s", "wrong");
    metadata_reader_skip(&reader, 100);
    cr_assert(eq(int, metadata_reader_byte(&reader), 0));
    cr_assert(eq(str, reader.error.message, "at byte 1: it is wrong"));
}

Test(metadata_reader, refuses_a_count_that_the_file_has_no_room_for) {
    metadata_reader_init_bytes(&reader, "\0\0\0\x03zzzzz", 9);
    cr_assert(eq(int, metadata_reader_count(&reader, 2, "things"), 0));
    cr_assert(eq(str, reader.error.message, "at byte 0: 3 is not a number of things"));
    metadata_reader_init_bytes(&reader, "\xFF\xFF\xFF\xFFzzzzz", 9);
    cr_assert(eq(int, metadata_reader_count(&reader, 1, "things"), 0));
    cr_assert(eq(str, reader.error.message, "at byte 0: -1 is not a number of things"));
}

Test(metadata_reader, refuses_a_negative_size) {
    metadata_reader_init_bytes(&reader, "\x80\0\0\0\0\0\0\0", 8);
    cr_assert(eq(i64, metadata_reader_size(&reader), 0));
    cr_assert(not(metadata_reader_is_good(&reader)));
}

Test(metadata_reader, stops_after_too_many_items) {
    metadata_reader_init_bytes(&reader, "", 0);
    metadata_reader_spend(&reader, METADATA_READER_ITEMS_MAX);
    cr_assert(metadata_reader_is_good(&reader));
    metadata_reader_spend(&reader, 1);
    cr_assert(eq(int, reader.error.kind, ERROR_LIMIT));
}

// --- files ---

static int temporary_file(int64_t size_bytes) {
    char path[] = "/tmp/kobel-metadata-XXXXXX";
    int fd = mkstemp(path);

    cr_assert(ge(int, fd, 0));
    cr_assert(unlink(path) == 0);
    cr_assert(ftruncate(fd, size_bytes) == 0);
    return fd;
}

Test(metadata_reader, reads_a_file_across_blocks_and_skips_what_it_need_not_read) {
    AUTO(file_close) int fd = temporary_file(METADATA_READER_BLOCK_BYTES * 3);

    cr_assert(pwrite(fd, "\x01\x02\x03\x04", 4, METADATA_READER_BLOCK_BYTES - 2) == 4);
    cr_assert(pwrite(fd, "\x05", 1, METADATA_READER_BLOCK_BYTES * 3 - 1) == 1);
    metadata_reader_init_file(&reader, fd, METADATA_READER_BLOCK_BYTES * 3);
    cr_assert(eq(int, metadata_reader_byte(&reader), 0));
    metadata_reader_skip(&reader, METADATA_READER_BLOCK_BYTES - 3);
    cr_assert(eq(int, metadata_reader_int(&reader), 0x01020304));
    metadata_reader_skip(&reader, METADATA_READER_BLOCK_BYTES * 2 - 3);
    cr_assert(eq(int, metadata_reader_byte(&reader), 5));
    cr_assert(metadata_reader_is_good(&reader));
    cr_assert(eq(int, METADATA_READER_BLOCKS_MAX - reader.blocks_left, 3));
}

Test(metadata_reader, stops_after_too_many_blocks) {
    const int64_t size = (int64_t)METADATA_READER_BLOCK_BYTES * (METADATA_READER_BLOCKS_MAX + 1);
    AUTO(file_close) int fd = temporary_file(size); // a hole

    metadata_reader_init_file(&reader, fd, size);
    while (metadata_reader_is_good(&reader))
        (void)metadata_reader_long(&reader);
    cr_assert(eq(int, reader.error.kind, ERROR_LIMIT));
}

Test(metadata_reader, notices_that_the_file_became_shorter) {
    AUTO(file_close) int fd = temporary_file(10);

    metadata_reader_init_file(&reader, fd, 20);
    metadata_reader_skip(&reader, 15);
    (void)metadata_reader_byte(&reader);
    cr_assert(eq(str, reader.error.message, "at byte 15: it cannot be read: it became shorter"));
}
