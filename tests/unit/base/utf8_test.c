// Any bytes become valid UTF-8, truncated between characters.
#include "base/utf8.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *bytes;
    const char *text;
} cases[] = {
    {"", ""},
    {"plain, longer than eight bytes", "plain, longer than eight bytes"},
    {"\xC3\xA4\xE6\x97\xA5\xF0\x9F\x98\x80", "\xC3\xA4\xE6\x97\xA5\xF0\x9F\x98\x80"},
    {"\xFF", "\xEF\xBF\xBD"},
    {"a\xE4z", "a\xEF\xBF\xBDz"},                                             // Latin-1
    {"12345678\x80", "12345678\xEF\xBF\xBD"},                                 // a stray second byte
    {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},                                 // an overlong '/'
    {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},                 // a surrogate
    {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, // beyond U+10FFFF
    {"x\xE6\x97", "x\xEF\xBF\xBD\xEF\xBF\xBD"}, // cut within a character
};

Test(utf8, replaces_what_is_not_valid) {
    for (size_t index = 0; index < COUNT_OF(cases); index++) {
        AUTO(memory_free)
        char *copy = utf8_copy_new(cases[index].bytes, strlen(cases[index].bytes));
        char text[64];
        cr_assert(eq(str, copy, (char *)cases[index].text));
        cr_assert(text_copy(text, sizeof text, cases[index].bytes));
        cr_assert(eq(str, text, (char *)cases[index].text));
        cr_assert(text_format(text, sizeof text, "%s", cases[index].bytes));
        cr_assert(eq(str, text, (char *)cases[index].text));
    }
}

// Buffers of every size, by every function.
Test(utf8, cuts_between_characters) {
    const char *bytes = "a\xC3\xA4\xE6\x97\xA5\xFF\xF0\x9F\x98\x80z";

    for (size_t size = 1; size < 24; size++) {
        char copied[24];
        char formatted[24];
        memset(copied, 'x', sizeof copied);
        bool is_whole = text_copy(copied, size, bytes);
        (void)text_format(formatted, size, "%s", bytes);
        cr_assert(lt(sz, strlen(copied), size));
        cr_assert(utf8_is_valid(copied, strlen(copied)), "size %zu", size);
        cr_assert(utf8_is_valid(formatted, strlen(formatted)), "size %zu", size);
        cr_assert(eq(int, is_whole, size > 14));
    }
}

Test(utf8, text_may_be_copied_into_itself) {
    char text[8] = "ab\xFF";

    cr_assert(text_copy(text, sizeof text, text + 1));
    cr_assert(eq(str, text, "b\xEF\xBF\xBD"));
}

Test(utf8, a_cut_text_has_no_replacement_at_its_end) {
    char text[5];

    cr_assert(not(text_format(text, sizeof text, "abc%s", "\xC3\xA4")));
    cr_assert(eq(str, text, "abc"));
}

// An exception's message of 2000 characters of two bytes, in buffers of any size.
Test(utf8, a_long_failure_can_be_put_into_json) {
    char failure[4001];
    struct error err;

    for (size_t at = 0; at + 1 < sizeof failure; at += 2)
        memcpy(failure + at, "\xC3\xA4", 2);
    failure[sizeof failure - 1] = '\0';
    (void)error_set(&err, ERROR_SYSTEM, "x%s", failure);
    cr_assert(text_is_utf8(err.message));
    (void)error_prefix(&err, "yy%s", "\xFE");
    cr_assert(text_is_utf8(err.message));

    AUTO(json_decref) json_t *object = json_new_object();
    json_put_text(object, "failure", err.message);
    AUTO(memory_free) char *printed = json_print(object);
    AUTO(json_decref) json_t *read = NULL;
    cr_assert(json_parse(printed, strlen(printed), &read, &err));
}

Test(utf8, json_takes_any_bytes_as_text_and_as_key) {
    AUTO(json_decref) json_t *object = json_new_object();
    AUTO(json_decref) json_t *read = NULL;
    struct error err;

    json_put_text(object, "text", "\xFFtext");
    json_put_int(object, "key\xE6\x97", 1);
    AUTO(memory_free) char *printed = json_print(object);
    cr_assert(json_parse(printed, strlen(printed), &read, &err), "%s", err.message);
    cr_assert(eq(str, (char *)json_text(read, "text"), "\xEF\xBF\xBDtext"));
    cr_assert(eq(i64, json_int_or(read, "key\xEF\xBF\xBD\xEF\xBF\xBD", 0), 1));
}

// A path with replaced bytes would name another file.
Test(utf8, paths_that_are_no_text_are_refused) {
    char path[64];
    struct error err;

    cr_assert(file_join(path, sizeof path, &err, "/tmp", "\xC3\xA4", NULL));
    cr_assert(eq(str, path, "/tmp/\xC3\xA4"));
    cr_assert(not(file_join(path, sizeof path, &err, "/tmp", "\xE4", NULL)));
    cr_assert(eq(str, err.message, "the path '/tmp/\xEF\xBF\xBD' is not UTF-8"));
    cr_assert(not(file_join(path, sizeof path, &err, "/t\xFFmp", "a", NULL)));
    cr_assert(not(file_make_directories("/tmp/kobel-\xFF", 0700, &err)));
    cr_assert(not(file_exists("/tmp/kobel-\xEF\xBF\xBD")));
}

static bool count(void *userdata, const char *name, bool is_directory, struct error *err) {
    (void)name;
    (void)is_directory;
    (void)err;
    ++*(int *)userdata;
    return true;
}

// A job may use any file name: the other files are still found.
Test(utf8, files_whose_names_are_no_text_are_passed_over) {
    char directory[] = "/tmp/kobel-utf8-XXXXXX";
    char path[64];
    struct error err;
    int seen = 0;

    cr_assert(mkdtemp(directory) != NULL);
    cr_assert(file_join(path, sizeof path, &err, directory, "good", NULL));
    cr_assert(file_write_atomically(path, "", 0, 0644, &err));
    path[strlen(path) - 1] = '\xFF';
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL);
    (void)fclose(file);
    cr_assert(file_list(directory, count, &seen, &err), "%s", err.message);
    cr_assert(eq(int, seen, 1));
    cr_assert(file_remove_tree(directory, &err));
}

Test(utf8, a_line_has_no_control_characters) {
    char text[] = "a\nb\033[2J\x7F\xC2\x9Bz \xC2\xA0\xC3\xA4";

    text_make_printable(text);
    cr_assert(eq(str, text, "a b [2J   z \xC2\xA0\xC3\xA4"));
}

Test(utf8, an_escaped_0_byte_of_a_url_does_not_end_the_text) {
    char text[] = "a%00b%20c%C3%A4%4";

    text_unescape_url(text);
    cr_assert(eq(str, text, "a%00b c\xC3\xA4%4"));
}

Test(utf8, what_is_no_number_has_no_place_in_json) {
    AUTO(json_decref) json_t *object = json_new_object();
    volatile double large = 1.7e308;

    json_put_real(object, "infinite", large * 10);
    json_put_real(object, "not", large * 10 - large * 10);
    json_put_real(object, "half", 0.5);
    AUTO(memory_free) char *printed = json_print(object);
    cr_assert(eq(str, printed, "{\"half\":0.5}"));
}
