#include "api/s3/chunk_reader.h"

#include "base/buffer.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

struct found {
    struct buffer bytes;
    struct buffer notes; // "[signature]" and "name=value"
};

static bool on_chunk(void *userdata, const char *signature) {
    struct found *found = userdata;

    return buffer_append_format(&found->notes, "[%s]", signature);
}

static bool on_bytes(void *userdata, const char *bytes, size_t size_bytes) {
    struct found *found = userdata;

    return buffer_append(&found->bytes, bytes, size_bytes, NULL);
}

static bool on_trailer(void *userdata, const char *name, const char *value) {
    struct found *found = userdata;

    return buffer_append_format(&found->notes, "%s=%s", name, value);
}

static const struct {
    const char *body;
    bool is_valid;
    bool has_ended;
    const char *bytes;
    const char *notes;
} rows[] = {
    {"5\r\nhello\r\n0\r\n\r\n", true, true, "hello", "[][]"},
    {"5;chunk-signature=ab\r\nhello\r\n0;chunk-signature=cd\r\n\r\n", true, true, "hello",
     "[ab][cd]"},
    {"2\r\nhe\r\nA\r\nllo, world\r\n0\r\nx-amz-checksum-crc32:AAAA==\r\n\r\n", true, true,
     "hello, world", "[][][]x-amz-checksum-crc32=AAAA=="},
    // Some clients end trailers with LF, and leave out the last line.
    {"1\r\nx\r\n0\r\na: b\n\r\n", true, true, "x", "[][]a=b"},
    {"1\r\nx\r\n0\r\n", true, true, "x", "[][]"},
    {"5\r\nabc", true, false, "abc", "[]"},
    {"5\r\nhello", true, false, "hello", "[]"},
    {"5\r\nhelloX\r\n", false, false, "hello", "[]"},
    {"g\r\n", false, false, "", ""},
    {"\r\n", false, false, "", ""},
    {"1000000000000000\r\n", false, false, "", ""},
    {"0\r\nno colon\r\n", false, false, "", "[]"},
    {"0\r\n\r\nmore", false, true, "", "[]"},
};

static void read_in_pieces(size_t row, size_t piece_bytes) {
    struct found found = {.bytes = BUFFER_INIT(1000), .notes = BUFFER_INIT(1000)};
    struct chunk_sink sink = {
        .chunk = on_chunk, .bytes = on_bytes, .trailer = on_trailer, .userdata = &found};
    struct chunk_reader reader = {0};
    size_t length = strlen(rows[row].body);
    bool is_valid = true;

    for (size_t at = 0; at < length && is_valid; at += piece_bytes)
        is_valid = chunk_reader_add(&reader, rows[row].body + at,
                                    length - at < piece_bytes ? length - at : piece_bytes, &sink);
    cr_expect(eq(int, is_valid, rows[row].is_valid), "%s", rows[row].body);
    if (is_valid) cr_expect(eq(int, chunk_reader_has_ended(&reader), rows[row].has_ended));
    cr_expect(eq(str, (char *)buffer_text(&found.bytes), (char *)rows[row].bytes));
    cr_expect(eq(str, (char *)buffer_text(&found.notes), (char *)rows[row].notes));
    buffer_release(&found.bytes);
    buffer_release(&found.notes);
}

Test(chunk_reader, finds_the_same_however_the_body_is_cut) {
    for (size_t row = 0; row < COUNT_OF(rows); row++)
        for (size_t piece_bytes = 1; piece_bytes < 20; piece_bytes++)
            read_in_pieces(row, piece_bytes);
}

Test(chunk_reader, a_line_without_end_is_refused) {
    struct found found = {.bytes = BUFFER_INIT(10), .notes = BUFFER_INIT(10)};
    struct chunk_sink sink = {
        .chunk = on_chunk, .bytes = on_bytes, .trailer = on_trailer, .userdata = &found};
    struct chunk_reader reader = {0};
    char line[CHUNK_LINE_MAX_BYTES];

    memset(line, '1', sizeof line);
    cr_expect(not(chunk_reader_add(&reader, line, sizeof line, &sink)));
}
