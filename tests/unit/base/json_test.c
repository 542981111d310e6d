// JSON as text: the same as by jansson, for all input.
#include "base/json.h"

#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static void check(const char *text) {
    AUTO(json_decref) json_t *value = NULL;
    struct error err;

    cr_assert(json_parse(text, strlen(text), &value, &err), "%s: %s", text, err.message);
    AUTO(memory_free) char *printed = json_print(value);
    AUTO(memory_free)
    char *expected = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    cr_assert(eq(str, printed, expected));
}

Test(json, prints_as_jansson_does) {
    static const char *const texts[] = {
        "{}",
        "[]",
        "null",
        "true",
        "-9223372036854775808",
        "1.5e300",
        "0.1",
        "\"\"",
        "\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\\u00e4\\u4e2d\\ud83d\\ude00\"",
        "{\"b\":1,\"a\":[1,2.25,null,false,{\"\":[[]]}],\"\\n\\u00fc\":{}}",
    };

    for (size_t index = 0; index < COUNT_OF(texts); index++)
        check(texts[index]);
}

Test(json, prints_a_0_byte_within_a_text) {
    AUTO(json_decref) json_t *value = json_stringn("a\0b", 3);
    AUTO(memory_free) char *printed = json_print(value);

    cr_assert(eq(str, printed, "\"a\\u0000b\""));
}

Test(json, copies_what_can_be_changed_and_shares_the_rest) {
    AUTO(json_decref) json_t *value = NULL;
    struct error err;

    cr_assert(json_parse("{\"a\":{\"b\":[\"x\"]}}", 17, &value, &err));
    AUTO(json_decref) json_t *copy = json_copy_of(value);
    cr_assert(json_equal(value, copy));
    json_put_text(json_object_get(copy, "a"), "b", "y");
    AUTO(memory_free) char *printed = json_print(value);
    cr_assert(eq(str, printed, "{\"a\":{\"b\":[\"x\"]}}"));
}

Test(json, refuses_what_is_nested_too_deep) {
    AUTO(json_decref) json_t *value = NULL;
    struct error err;
    char deep[300];

    memset(deep, '[', 150);
    memset(deep + 150, ']', 150);
    cr_assert(not(json_parse(deep, sizeof deep, &value, &err)));
}

// `count` times `piece` between `begin` and `end`.
static char *repeat(const char *begin, const char *piece, size_t count, const char *end) {
    size_t step = strlen(piece);
    char *text = memory_alloc(strlen(begin) + count * step + strlen(end) + 1);
    char *at = text + strlen(strcpy(text, begin));

    for (size_t index = 0; index < count; index++, at += step)
        memcpy(at, piece, step);
    (void)strcpy(at, end);
    return text;
}

Test(json, refuses_more_values_than_anything_has) {
    AUTO(json_decref) json_t *value = NULL;
    struct error err;
    AUTO(memory_free) char *many = repeat("[", "1,", 300000, "1]");
    AUTO(memory_free) char *text = repeat("[\"", "1,", 300000, "\"]");

    cr_assert(not(json_parse(many, strlen(many), &value, &err)));
    cr_assert(json_parse(text, strlen(text), &value, &err), "%s", err.message);
}

Test(json, reads_whole_numbers_beyond_64_bits) {
    AUTO(json_decref) json_t *other = NULL;
    static const char text[] = "{\"a\":99999999999999999999999,\"b\":7}";
    AUTO(json_decref) json_t *value = NULL;
    struct error err;

    cr_assert(json_parse(text, strlen(text), &value, &err), "%s", err.message);
    cr_assert(eq(int, json_typeof(json_member(value, "a")), JSON_REAL));
    cr_assert(eq(int, (int)json_int_or(value, "b", 0), 7));
    cr_assert(not(json_parse("1e999", 5, &other, &err)));
}
