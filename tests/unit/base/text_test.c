#include "base/text.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const struct {
    const char *list;
    const char *separators;
    const char *value; // of "name"; NULL = it is not there
} lists[] = {
    {"name=a", "&", "a"},
    {"&&name=a&&", "&", "a"},
    {"other=b&name=a=c&name=d", "&", "a=c"},
    {"name=&other=b", "&", ""},
    {"other=b; name=a", "; ", "a"},
    {"name", "&", NULL},
    {"name&name=a", "&", "a"},
    {"longername=a&name2=b", "&", NULL},
    {"other=name=a", "&", NULL},
    {"", "&", NULL},
    {NULL, "&", NULL},
};

Test(text, finds_a_value_in_a_list_by_its_name) {
    for (size_t index = 0; index < sizeof lists / sizeof lists[0]; index++) {
        const char *wanted = lists[index].value;
        size_t length = 99;
        const char *value =
            text_list_value(lists[index].list, "name", lists[index].separators, &length);
        cr_assert_eq(value == NULL, wanted == NULL, "row %zu", index);
        if (wanted == NULL) continue;
        cr_assert_eq(length, strlen(wanted), "row %zu", index);
        cr_assert_eq(strncmp(value, wanted, length), 0, "row %zu", index);
    }
}

Test(text, gives_the_parts_of_a_text_one_by_one) {
    const char *at = "key/date,rest";
    char part[6];

    cr_assert_eq(text_next_part(&at, "/, ", part, sizeof part), '/');
    cr_assert(eq(str, part, "key"));
    cr_assert_eq(text_next_part(&at, "/, ", part, sizeof part), ',');
    cr_assert(eq(str, part, "date"));
    cr_assert_eq(text_next_part(&at, "/, ", part, sizeof part), '\0');
    cr_assert(eq(str, part, "rest"));
    cr_assert_eq(text_next_part(&at, "/, ", part, sizeof part), '\0');
    cr_assert(eq(str, part, ""));
}

Test(text, does_not_step_over_a_part_that_is_too_long) {
    const char *at = "longer/rest";
    const char *begin = at;
    char part[6] = "";

    cr_assert_eq(text_next_part(&at, "/", part, sizeof part), '\0');
    cr_assert_eq(at, begin);
}

Test(text, is_copied_and_cut_between_characters) {
    static const struct {
        const char *text;
        size_t size;
        bool is_whole;
        const char *copy;
    } rows[] = {
        {"", 1, true, ""},
        {"abc", 4, true, "abc"},
        {"abc", 3, false, "ab"},
        {"a\xC3\xA4", 3, false, "a"},
        {"a\xFFz", 16, true, "a\xEF\xBF\xBDz"},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        char out[16] = "?";
        cr_assert_eq(text_copy(out, rows[index].size, rows[index].text), rows[index].is_whole);
        cr_assert_str_eq(out, rows[index].copy, "row %zu", index);
    }
}

Test(text, may_be_copied_onto_itself) {
    char text[] = "abcdef";

    cr_assert(text_copy(text, sizeof text, text + 2));
    cr_assert_str_eq(text, "cdef");
}

Test(text, is_formatted_and_cut) {
    char out[6];

    cr_assert(text_format(out, sizeof out, "%d-%s", 12, "ab"));
    cr_assert_str_eq(out, "12-ab");
    cr_assert_not(text_format(out, sizeof out, "%s", "abcd\xC3\xA4"));
    cr_assert_str_eq(out, "abcd");
}

Test(text, is_compared) {
    cr_assert(text_equal("a", "a"));
    cr_assert_not(text_equal("a", "b"));
    cr_assert(text_equal(NULL, NULL));
    cr_assert_not(text_equal("a", NULL));
    cr_assert_not(text_equal(NULL, ""));
    cr_assert(text_starts_with("FLINK-1", "FLINK"));
    cr_assert_not(text_starts_with("FL", "FLINK"));
    cr_assert(text_ends_with("a.jar", ".jar"));
    cr_assert_not(text_ends_with("jar", ".jar"));
    cr_assert(text_is_empty(NULL));
    cr_assert(text_is_empty(""));
    cr_assert_not(text_is_empty(" "));
}

struct number {
    const char *text;
    bool is_number;
    int64_t value;
};

static void check_numbers(bool (*read)(const char *, int64_t *), const struct number *rows,
                          size_t count) {
    for (size_t index = 0; index < count; index++) {
        int64_t value = -77;
        cr_assert_eq(read(rows[index].text, &value), rows[index].is_number, "'%s'",
                     rows[index].text);
        cr_assert_eq(value, rows[index].is_number ? rows[index].value : -77, "'%s'",
                     rows[index].text);
    }
}

Test(text, is_read_as_a_number) {
    static const struct number rows[] = {
        {"0", true, 0},
        {"-12", true, -12},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {" 1", false, 0},
        {"+1", false, 0},
        {"1x", false, 0},
    };

    check_numbers(text_to_int64, rows, COUNT_OF(rows));
}

Test(text, is_read_as_a_size) {
    static const struct number rows[] = {
        {"512", true, 512},       {"64k", true, 65536},      {"1500M", true, 1572864000},
        {"4g", true, 4294967296}, {"9000000000g", false, 0}, {"-1k", false, 0},
        {"k", false, 0},          {"4t", false, 0},          {"", false, 0},
    };

    check_numbers(text_to_bytes, rows, COUNT_OF(rows));
}

Test(text, is_read_as_a_time) {
    static const struct number rows[] = {
        {"250ms", true, 250},   {"90s", true, 90000},    {"15m", true, 900000},
        {"6h", true, 21600000}, {"7d", true, 604800000}, {"36525d", true, 3155760000000},
        {"36526d", false, 0},   {"5", false, 0},         {"5 s", false, 0},
        {"-5s", false, 0},      {"s", false, 0},
    };

    check_numbers(text_to_ms, rows, COUNT_OF(rows));
}

Test(text, is_counted_and_cut_by_characters) {
    char text[] = "a\xC3\xA4\xF0\x9F\x98\x80";

    cr_assert_eq(text_count_characters(text), 3);
    text_cut_utf8(text, 6);
    cr_assert_str_eq(text, "a\xC3\xA4");
}

Test(text, shows_bytes_as_hex) {
    char out[9];

    text_hex(out, "\x00\x7F\xA0\xFF", 4);
    cr_assert_str_eq(out, "007fa0ff");
}
