// The document's patterns mean the same to PCRE2 as to Java, which the service uses: the expected
// results are those of java.util.regex.Pattern.matches().
#include "openapi/pattern.h"

#include "base/memory.h"
#include "openapi/schema_node.h"
#include "unit/openapi/check.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

struct row {
    char pattern[40];
    char text[24];
    bool matches;
};

// clang-format off
static struct row rows[] = {
    {"[a-zA-Z0-9_.-]+", "aZ09_.-", true},
    {"[a-zA-Z0-9_.-]+", "", false},
    {"[a-zA-Z0-9_.-]+", "a b", false},
    {"[a-zA-Z0-9_.-]+", "a\n", false},
    {"[a-zA-Z0-9_.-]+", "\xC3\xA4", false},
    // "9-_" is not a range: the hyphen follows one
    {"[a-zA-Z0-9-_+/=]+", "a-_+/=9", true},
    {"[a-zA-Z0-9-_+/=]+", ":", false},
    {"[a-zA-Z0-9-_+/=]+", "@", false},
    {"[a-zA-Z0-9-_+/=]+", "^", false},
    // "!-_" is a range
    {"[a-zA-Z0-9/!-_.*'()]+", "a/!$%&:;<=>?@[]^_", true},
    {"[a-zA-Z0-9/!-_.*'()]+", "`", false},
    {"[a-zA-Z0-9/!-_.*'()]+", "{", false},
    {"[a-zA-Z0-9/!-_.*'()]+", " ", false},
    {"[^-\\s<>&]*", "", true},
    {"[^-\\s<>&]*", "in\xC3\xA4pp_001", true},
    {"[^-\\s<>&]*", "\xC2\xA0", true},
    {"[^-\\s<>&]*", "a-b", false},
    {"[^-\\s<>&]*", "a\tb", false},
    {"[^-\\s<>&]*", "a\vb", false},
    {"[^-\\s<>&]*", "a&b", false},
    {"arn:.*", "arn:", true},
    {"arn:.*", "arn:aws:s3:::b/\xF0\x9F\x90\xBF", true},
    {"arn:.*", "Arn:a", false},
    {"arn:.*", " arn:a", false},
    {"arn:.*", "arn:a\n", false},
    {"arn:.*", "arn:a\r", false},
    {"arn:.*", "arn:\xC2\x85", false},
    {"arn:.*", "arn:\xE2\x80\xA8", false},
    {"^(?=^\\$)(?=^\\S+$).*$", "$", true},
    {"^(?=^\\$)(?=^\\S+$).*$", "$.a[0:]", true},
    {"^(?=^\\$)(?=^\\S+$).*$", "$ a", false},
    {"^(?=^\\$)(?=^\\S+$).*$", "$\n", false},
    {"^(?=^\\$)(?=^\\S+$).*$", "a$", false},
    {"[^\\u0000-\\u001F\\u007F]*", "", true},
    {"[^\\u0000-\\u001F\\u007F]*", "vor \xC3\xA4nderung", true},
    {"[^\\u0000-\\u001F\\u007F]*", "a\tb", false},
    {"[^\\u0000-\\u001F\\u007F]*", "a\n", false},
    {"[^\\u0000-\\u001F\\u007F]*", "\x1F", false},
    {"[^\\u0000-\\u001F\\u007F]*", "a\x7F", false},
    {"[^\\u0000-\\u001F\\u007F]*", "\xC2\x80 u", true},
    {"([01][0-9]|2[0-3]):[0-5][0-9]", "00:00", true},
    {"([01][0-9]|2[0-3]):[0-5][0-9]", "23:59", true},
    {"([01][0-9]|2[0-3]):[0-5][0-9]", "24:00", false},
    {"([01][0-9]|2[0-3]):[0-5][0-9]", "00:00\n", false},
    {"UTF-8", "UTF-8", true},
    {"UTF-8", "utf-8", false},
};
// clang-format on

ParameterizedTestParameters(pattern, means_what_java_takes_it_for) {
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, pattern, means_what_java_takes_it_for) {
    AUTO(memory_free) char *source = memory_format("^(?:%s)$", row->pattern);
    struct pattern *pattern = NULL;
    struct error err;

    cr_assert(pattern_compile(source, &pattern, &err), "%s", err.message);
    bool matches = pattern_matches(pattern, row->text, strlen(row->text));
    cr_assert(eq(str, (char *)pattern_text(pattern), row->pattern));
    pattern_free(pattern);
    cr_assert(matches == row->matches, "%s: %s", row->pattern, row->text);
}

static void check_known(const struct schema *schema) {
    bool is_known = schema->pattern == NULL;

    for (size_t index = 0; index < COUNT_OF(rows) && !is_known; index++)
        is_known = strcmp(rows[index].pattern, pattern_text(schema->pattern)) == 0;
    cr_assert(is_known, "pattern %s of the document is not in the table",
              is_known ? "" : pattern_text(schema->pattern));
    for (size_t index = 0; index < schema->property_count; index++)
        check_known(schema->properties[index].schema);
    if (schema->key != NULL) check_known(schema->key);
    if (schema->values != NULL) check_known(schema->values);
}

Test(pattern, of_the_document_is_in_the_table) {
    AUTO(document_free) struct document *document = NULL;
    struct error err;

    cr_assert(document_open(&document, &err));
    for (size_t index = 0; index < document_operation_count(document); index++) {
        check_known(document_operation_at(document, index)->request);
        check_known(document_operation_at(document, index)->response);
    }
}

Test(pattern, that_takes_too_long_does_not_match) {
    static const char hopeless[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
    struct pattern *pattern = NULL;
    struct error err;

    cr_assert(pattern_compile("^(?:(a*)*(a*)*(a*)*b)$", &pattern, &err));
    bool matches = pattern_matches(pattern, hopeless, strlen(hopeless));
    pattern_free(pattern);
    cr_assert(not(matches));
}
