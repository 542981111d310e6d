// Java's texts as UTF-8.
#include "runtime/savepoint/java_text.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

struct text {
    char java[40];
    char utf8[40];
};

static struct text texts[] = {
    {"plain", "plain"},
    {"\xC3\xBC", "\xC3\xBC"},
    {"a\xED\xA0\xBD\xED\xB8\x80z", "a\xF0\x9F\x98\x80z"},         // a pair of surrogates: U+1F600
    {"a\xED\xA0\xBDz", "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"}, // half of one
    {"a\xC0\x80z", "a z"},                                        // U+0000
    {"a\x1B[1mz\n", "a [1mz "},
    {"\xFF", "\xEF\xBF\xBD"},
    {"", ""},
};

ParameterizedTestParameters(java_text, becomes_utf8) {
    return cr_make_param_array(struct text, texts, COUNT_OF(texts));
}

ParameterizedTest(struct text *text, java_text, becomes_utf8) {
    char out[40];

    java_text_copy(out, sizeof out, (const unsigned char *)text->java, strlen(text->java));
    cr_assert(eq(str, out, text->utf8));
}

Test(java_text, is_truncated_between_characters) {
    char out[5];

    java_text_copy(out, sizeof out, (const unsigned char *)"a\xC3\xBC\xC3\xBC", 5);
    cr_assert(eq(str, out, "a\xC3\xBC"));
}

Test(java_text, of_any_length_ends_within_its_room) {
    unsigned char java[5000];
    char out[3000];

    memset(java, 'x', sizeof java);
    java_text_copy(out, sizeof out, java, sizeof java);
    cr_assert(lt(sz, strlen(out), sizeof out));
    memset(java, 0xED, sizeof java);
    java_text_copy(out, sizeof out, java, sizeof java);
    cr_assert(lt(sz, strlen(out), sizeof out));
}
