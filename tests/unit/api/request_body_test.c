// The body of a request with its code beside the JSON, in pieces of any size.
#include "api/request_body.h"

#include "base/base64.h"
#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

static struct error err;

// `middle` is repeated until it has `size_bytes`. The caller frees.
static char *body_of(const char *begin, const char *middle, size_t size_bytes, const char *end) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT((size_t)80 << 20);

    (void)buffer_append_text(&text, begin);
    for (size_t made = 0; made < size_bytes; made += strlen(middle))
        (void)buffer_append_text(&text, middle);
    (void)buffer_append_text(&text, end);
    return buffer_take_text(&text);
}

static bool add(struct request_body *body, const char *text, size_t piece_bytes) {
    size_t size_bytes = strlen(text);

    for (size_t at = 0; at < size_bytes; at += piece_bytes) {
        size_t used = size_bytes - at < piece_bytes ? size_bytes - at : piece_bytes;
        if (!request_body_add(body, text + at, used, &err)) return false;
    }
    return true;
}

struct row {
    char begin[64];
    char middle[16];
    size_t size_bytes;
    char end[64];
    size_t decoded_bytes; // 0: it stays in the JSON
    enum { BASE64, OTHER, NO_JSON } kind;
};

#define LONG ((size_t)200 << 10)

// clang-format off
static struct row rows[] = {
    {"{\"ZipFileContent\":\"", "YWJj", LONG, "\",\"x\":1}", LONG / 4 * 3, BASE64},
    {"{\"a\":[\"b\"],\"ZipFileContentUpdate\" :\n \"", "YWJj", LONG, "\"}", LONG / 4 * 3, BASE64},
    {"{\"ZipFileContent\":\"", "YWJj", LONG, "YQ==\"}", LONG / 4 * 3 + 1, BASE64},
    {"{\"ZipFileContent\":\"", "YWJj", LONG, "YWI=\"}", LONG / 4 * 3 + 2, BASE64},
    {"{\"ZipFileContent\":\"", "YWJj", LONG, "YWI\\u003d\"}", LONG / 4 * 3 + 2, BASE64},
    {"{\"ZipFileContent\":\"", "\\/\\u002bJj", LONG / 10 * 10, "\"}", LONG / 10 * 3, BASE64},
    {"{\"ZipFileContent\":\"", "YWJj", LONG, "YQ=\"}", 1, OTHER},
    {"{\"ZipFileContent\":\"", "YWJj", LONG, "YQ==YQ==\"}", 1, OTHER},
    {"{\"ZipFileContent\":\"", "YWJj", LONG, " \"}", 1, OTHER},
    {"{\"ZipFileContent\":\"", "YWJj", LONG, "\\n\"}", 1, OTHER},
    {"{\"ZipFileContent\":\"", "YWJj", LONG, "\\u0zzz\"}", 1, NO_JSON},
    {"{\"ZipFileContent\":\"", "YWJj", LONG, "\\u002\"}", 1, NO_JSON},
    {"{\"ZipFileContent\":\"", "YWJj", LONG, "\\q\"}", 1, NO_JSON},
    {"{\"ZipFileContent\":\"", "YWJj", LONG, "\n\"}", 1, NO_JSON},
    {"{\"ZipFileContent\":\"", "\xc3\xa4", LONG, "\"}", 1, OTHER},
    {"{\"ZipFileContent\":\"", "\\/", LONG, "\"}", LONG / 8 * 3, BASE64},
    {"{\"Zip\\u0046ileContent\":\"", "YWJj", LONG, "\"}", 0, OTHER},
    {"{\"ZipFileContent\":\"", "YW\\\"j", LONG, "\"}", 1, OTHER},
    {"{\"ZipFileContent\":\"", "YWJj", 4096, "\"}", 0, OTHER},
    {"{\"ZipFileContents\":\"", "YWJj", LONG, "\"}", 0, OTHER},
    {"{\"ZipFileContent\":[\"", "YWJj", LONG, "\"]}", 0, OTHER},
    {"{\"x\":\"ZipFileContent\",\"", "YWJj", LONG, "\":1}", 0, OTHER},
    {"[\"ZipFileContent\",\"", "YWJj", LONG, "\"]", 0, OTHER},
};
// clang-format on

ParameterizedTestParameters(request_body, keeps_code_beside_the_json) {
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

static void check(const struct row *row, const char *text, size_t piece_bytes) {
    AUTO(request_body_release) struct request_body body;
    AUTO(memory_free) char *expected = NULL;

    request_body_init(&body, false);
    cr_assert(add(&body, text, piece_bytes), "%s", err.message);
    bool is_beside = row->decoded_bytes > 0;
    expected = !is_beside
                   ? memory_copy_text(text)
                   : memory_format("%s%s%s%s", row->begin, body.blob.mark,
                                   row->kind == NO_JSON ? "\x01" : "", strchr(row->end, '"'));
    cr_assert(eq(str, (char *)buffer_text(&body.json), expected));
    cr_assert(eq(int, body.blob.mark[0] != '\0', is_beside));
    if (row->kind == OTHER) cr_assert(not(body.blob.is_base64));
    if (row->kind != BASE64) return;
    cr_assert(body.blob.is_base64);
    cr_assert(eq(sz, body.blob.size_bytes, row->decoded_bytes));
    cr_assert(eq(sz, body.blob.bytes.size_bytes, row->decoded_bytes));
    cr_assert(eq(sz, request_body_bytes(&body), row->decoded_bytes + strlen(expected)));
}

ParameterizedTest(struct row *row, request_body, keeps_code_beside_the_json) {
    static const size_t pieces[] = {1, 2, 3, 1021, 16384, (size_t)1 << 30};
    AUTO(memory_free) char *text = body_of(row->begin, row->middle, row->size_bytes, row->end);

    for (size_t index = 0; index < COUNT_OF(pieces); index++)
        check(row, text, pieces[index]);
}

Test(request_body, decodes_what_was_encoded) {
    AUTO(request_body_release) struct request_body body;
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT((size_t)1 << 20);

    for (unsigned number = 0; number < 50000; number++) {
        unsigned mixed = number * 2654435761U;
        cr_assert(buffer_append(&bytes, &mixed, sizeof mixed, &err));
    }
    AUTO(memory_free) char *base64 = base64_encode(bytes.data, bytes.size_bytes);
    AUTO(memory_free) char *text = memory_format("{\"ZipFileContent\":\"%s\"}", base64);
    request_body_init(&body, false);
    cr_assert(add(&body, text, 1021));
    cr_assert(eq(sz, body.blob.bytes.size_bytes, bytes.size_bytes));
    cr_assert(memcmp(body.blob.bytes.data, bytes.data, bytes.size_bytes) == 0);
}

Test(request_body, knows_the_size_of_code_that_is_too_large_and_keeps_none_of_it) {
    AUTO(request_body_release) struct request_body body;
    size_t size_bytes = (size_t)68 << 20;
    AUTO(memory_free) char *text = body_of("{\"ZipFileContent\":\"", "YWJj", size_bytes, "\"}");

    request_body_init(&body, false);
    cr_assert(add(&body, text, 16384));
    cr_assert(body.blob.is_base64);
    cr_assert(eq(sz, body.blob.size_bytes, size_bytes / 4 * 3));
    cr_assert(eq(sz, body.blob.bytes.size_bytes, 0));
}

Test(request_body, does_not_scan_a_small_body) {
    AUTO(request_body_release) struct request_body body;
    AUTO(memory_free) char *text = body_of("{\"ZipFileContent\":\"", "YWJj", 60000, "\"}");

    request_body_init(&body, true);
    cr_assert(add(&body, text, 1021));
    cr_assert(eq(str, (char *)buffer_text(&body.json), text));
    cr_assert(eq(int, body.blob.mark[0], '\0'));
}

Test(request_body, does_not_count_the_beginning_of_code_as_json) {
    AUTO(request_body_release) struct request_body body;
    AUTO(memory_free)
    char *json = body_of("{\"x\":\"", "YWJj", REQUEST_BODY_JSON_MAX_BYTES - 1024, "\",");
    AUTO(memory_free) char *begin = memory_format("%s\"ZipFileContent\":\"", json);
    AUTO(memory_free) char *text = body_of(begin, "YWJj", LONG, "\"}");

    request_body_init(&body, false);
    cr_assert(add(&body, text, 16384), "%s", err.message);
    cr_assert(eq(sz, body.blob.size_bytes, LONG / 4 * 3));
}

Test(request_body, limits_the_json) {
    AUTO(memory_free) char *text = body_of("{\"x\":\"", "YWJj", REQUEST_BODY_JSON_MAX_BYTES, "\"}");
    AUTO(memory_free) char *begin = body_of("{\"ZipFileContent\":\"", "YWJj", LONG, "\",\"x\":[");
    AUTO(memory_free)
    char *values = body_of(begin, "1,", (size_t)2 * REQUEST_BODY_VALUES_MAX, "1]}");
    const char *const bodies[] = {text, values};

    for (size_t index = 0; index < COUNT_OF(bodies); index++) {
        AUTO(request_body_release) struct request_body body;
        request_body_init(&body, false);
        cr_assert(not(add(&body, bodies[index], 16384)), "body %zu", index);
        cr_assert(eq(int, err.kind, ERROR_LIMIT));
    }
}

Test(request_body, keeps_one_text_beside_the_json_and_no_other) {
    AUTO(request_body_release) struct request_body body;
    AUTO(memory_free) char *second = body_of("\",\"ZipFileContent\":\"", "YWJj", LONG, "\"}");
    AUTO(memory_free) char *text = body_of("{\"ZipFileContent\":\"", "YWJj", LONG, second);

    request_body_init(&body, false);
    cr_assert(add(&body, text, 16384));
    cr_assert(eq(sz, body.blob.size_bytes, LONG / 4 * 3));
    cr_assert(text_ends_with(buffer_text(&body.json), second));
}
