// The wording of violations, on schemas of a few lines.
#include "openapi/violation.h"

#include "base/text.h"
#include "unit/openapi/check.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

#define REF(name) "{\"$ref\":\"#/components/schemas/" name "\"}"
#define LIST_OF(of)                                                                                \
    "{\"A\":{\"type\":\"array\",\"maxItems\":2,\"items\":" REF("B") "},\"B\":" of "}"
#define MEMBER(more) "{\"A\":{\"type\":\"object\",\"properties\":{\"ABC\":" REF("B") "}}," more "}"
#define ONE          "1 validation error detected: "

struct row {
    char schemas[400];
    char body[80];
    char text[400];
};

// clang-format off
static struct row rows[] = {
    // paths: only the first letter is lowered
    {MEMBER("\"B\":{\"type\":\"string\",\"minLength\":2}"), "{\"ABC\":\"x\"}", ONE "Value 'x' at 'aBC' failed to satisfy constraint: Member must have length greater than or equal to 2"},
    {MEMBER("\"B\":{\"type\":\"array\",\"items\":" REF("C") "},\"C\":{\"type\":\"integer\",\"format\":\"int32\",\"maximum\":1}"), "{\"ABC\":[1,2]}", ONE "Value '2' at 'aBC.2.member' failed to satisfy constraint: Member must have value less than or equal to 1"},
    {MEMBER("\"B\":{\"type\":\"object\",\"propertyNames\":" REF("S") ",\"additionalProperties\":" REF("C") "},\"S\":{\"type\":\"string\"},\"C\":{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":1}"), "{\"ABC\":{\"Key\":0}}", ONE "Value '0' at 'aBC.Key.member' failed to satisfy constraint: Member must have value greater than or equal to 1"},
    // values
    {LIST_OF("{\"type\":\"string\"}"), "[\"a\",\"b\",\"\"]", ONE "Value '[a, b, ]' at '' failed to satisfy constraint: Member must have length less than or equal to 2"},
    {LIST_OF("{\"type\":\"boolean\"}"), "[true,\"no\",true]", ONE "Value '[true, false, true]' at ''"},
    {LIST_OF("{\"type\":\"integer\",\"format\":\"int64\"}"), "[1,-2,9000000000]", ONE "Value '[1, -2, 9000000000]' at ''"},
    {LIST_OF("{\"type\":\"number\",\"format\":\"epoch-seconds\"}"), "[1,2,3.5]", ONE "Value '[1, 2, 3.5]' at ''"},
    {LIST_OF("{\"type\":\"string\",\"contentEncoding\":\"base64\"}"), "[\"\",\"YQ==\",\"YWJj\"]", ONE "Value '[java.nio.HeapByteBuffer[pos=0 lim=0 cap=0], java.nio.HeapByteBuffer[pos=0 lim=1 cap=1], java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]]' at ''"},
    {"{\"A\":{\"type\":\"string\",\"contentEncoding\":\"base64\",\"x-max-bytes\":3}}", "\"YWJjZA==\"", ONE "Value 'java.nio.HeapByteBuffer[pos=0 lim=4 cap=4]' at '' failed to satisfy constraint: Member must have length less than or equal to 3"},
    {LIST_OF("{\"type\":\"object\",\"propertyNames\":" REF("S") ",\"additionalProperties\":" REF("S") "},\"S\":{\"type\":\"string\"}"), "[{},{\"k\":\"v\"},{\"k\":\"v\",\"l\":\"\"}]", ONE "Value '[{}, {k=v}, {k=v, l=}]' at ''"},
    // all texts of a container share one sentence
    {LIST_OF("{\"type\":\"string\",\"minLength\":2}"), "[\"a\",\"bb\"]", ONE "Value '[a, bb]' at '' failed to satisfy constraint: Member must satisfy constraint: [Member must have length greater than or equal to 2]"},
    {LIST_OF("{\"type\":\"string\",\"maxLength\":2,\"minLength\":1,\"pattern\":\"^(?:[ab]+)$\"}"), "[\"c\"]", ONE "Value '[c]' at '' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 2, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [ab]+]"},
    {LIST_OF("{\"type\":\"string\",\"enum\":[\"X\",\"Y\"]}"), "[\"Z\"]", ONE "Value '[Z]' at '' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [X, Y]]"},
    {"{\"A\":{\"type\":\"object\",\"propertyNames\":" REF("K") ",\"additionalProperties\":" REF("V") "},\"K\":{\"type\":\"string\",\"enum\":[\"k\"]},\"V\":{\"type\":\"string\",\"pattern\":\"^(?:v)$\"}}", "{\"l\":\"w\"}", "2 validation errors detected: Value '{l=w}' at '' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy enum value set: [k]]; Value '{l=w}' at '' failed to satisfy constraint: Map value must satisfy constraint: [Member must satisfy regular expression pattern: v]"},
    // one text: its pattern, then its bounds
    {"{\"A\":{\"type\":\"string\",\"maxLength\":1,\"pattern\":\"^(?:a)$\",\"enum\":[\"a\"]}}", "\"bb\"", "3 validation errors detected: Value 'bb' at '' failed to satisfy constraint: Member must satisfy enum value set: [a]; Value 'bb' at '' failed to satisfy constraint: Member must satisfy regular expression pattern: a; Value 'bb' at '' failed to satisfy constraint: Member must have length less than or equal to 1"},
};
// clang-format on

ParameterizedTestParameters(violation, is_worded_as_the_service_does) {
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, violation, is_worded_as_the_service_does) {
    enum validate_outcome outcome;
    AUTO(memory_free) char *message = check_schema(row->schemas, row->body, &outcome);

    cr_assert(eq(int, outcome, VALIDATE_CONSTRAINT), "%s", message);
    cr_assert(text_starts_with(message, row->text), "%s", message);
}

Test(violation, shows_structures_by_class_and_hash_code) {
    static const char schemas[] =
        LIST_OF("{\"type\":\"object\",\"properties\":{\"k\":" REF("S") "}},\"S\":{\"type\":"
                                                                       "\"string\"}");
    static const char start[] =
        ONE "Value '[com.amazonaws.kinesisanalytics.v20180523.B@"; // then the hash code
    enum validate_outcome outcome;
    AUTO(memory_free)
    char *message = check_schema(schemas, "[{\"k\":\"a\"},{\"k\":\"a\"},{\"k\":\"b\"}]", &outcome);

    cr_assert(text_starts_with(message, start), "%s", message);
    const char *first = message + strlen(start);
    const char *second = strchr(first, '@') + 1;
    const char *third = strchr(second, '@') + 1;
    cr_assert(strncmp(first, second, strcspn(first, ",]")) == 0, "%s", message);
    cr_assert(strncmp(second, third, strcspn(second, ",]")) != 0, "%s", message);
}

// --- long ones ---

// A string of `count` times `character` as a JSON text.
static char *repeat(const char *character, size_t count) {
    struct buffer text = BUFFER_INIT(1U << 20);

    cr_assert(buffer_append_text(&text, "\""));
    for (size_t index = 0; index < count; index++)
        cr_assert(buffer_append_text(&text, character));
    cr_assert(buffer_append_text(&text, "\""));
    return buffer_take_text(&text);
}

Test(violation, says_the_rule_also_of_a_value_too_long_to_show) {
    AUTO(memory_free) char *body = repeat("\xE2\x82\xAC", 20000);
    enum validate_outcome outcome;
    AUTO(memory_free)
    char *message = check_schema("{\"A\":{\"type\":\"string\",\"maxLength\":1}}", body, &outcome);
    AUTO(json_decref) json_t *as_json = json_string(message); // NULL if a character were cut in two

    cr_assert(as_json != NULL);
    cr_assert(lt(sz, strlen(message), 4500));
    cr_assert(text_ends_with(message, "\xE2\x82\xAC...' at '' failed to satisfy constraint: Member "
                                      "must have length less than or equal to 1"));
}

Test(violation, shows_a_value_of_a_thousand_characters_whole) {
    AUTO(memory_free) char *body = repeat("a", 1025);
    enum validate_outcome outcome;
    AUTO(memory_free)
    char *message =
        check_schema("{\"A\":{\"type\":\"string\",\"maxLength\":1024}}", body, &outcome);

    cr_assert(strstr(message, "...") == NULL);
}

Test(violation, cuts_a_path_that_a_key_makes_too_long_between_characters) {
    AUTO(memory_free) char *key = repeat("\xE2\x82\xAC", 1000);
    AUTO(memory_free) char *body = memory_format("{%s:5}", key);
    enum validate_outcome outcome;
    AUTO(memory_free)
    char *message = check_schema(
        "{\"A\":{\"type\":\"object\",\"propertyNames\":" REF("S") ",\"additionalProperties\":" REF(
            "I") "},\"S\":{\"type\":\"string\"},"
                 "\"I\":{\"type\":\"integer\",\"format\":\"int32\",\"maximum\":1}}",
        body, &outcome);
    AUTO(json_decref) json_t *as_json = json_string(message);

    cr_assert(as_json != NULL);
    cr_assert(text_ends_with(message, "Member must have value less than or equal to 1"), "%s",
              message);
}

Test(violation, says_all_ten_rules_of_ten_long_values) {
    static const char schemas[] = "{\"A\":{\"type\":\"array\",\"items\":" REF(
        "B") "},"
             "\"B\":{\"type\":\"object\",\"properties\":{\"m\":" REF(
                 "C") "}},"
                      "\"C\":{\"type\":\"string\",\"maxLength\":1}}";
    AUTO(memory_free) char *value = repeat("a", 10000);
    AUTO(buffer_release) struct buffer body = BUFFER_INIT(1U << 20);
    enum validate_outcome outcome;

    for (int index = 0; index < 12; index++)
        cr_assert(buffer_append_format(&body, "%s{\"m\":%s}", index == 0 ? "[" : ",", value));
    cr_assert(buffer_append_text(&body, "]"));
    AUTO(memory_free) char *message = check_schema(schemas, buffer_text(&body), &outcome);
    cr_assert(text_starts_with(message, "10 validation errors detected: "));
    cr_assert(text_ends_with(message, "at '.10.member.m' failed to satisfy constraint: Member must "
                                      "have length less than or equal to 1"));
}

Test(violation, keeps_within_the_buffer_of_the_caller) {
    AUTO(json_decref) json_t *json = parse("{\"A\":{\"type\":\"string\",\"maxLength\":1}}");
    AUTO(memory_free) char *body = repeat("\xE2\x82\xAC", 1000);
    AUTO(json_decref) json_t *value = parse(body);
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(100);
    AUTO(schema_set_free) struct schema_set *set = NULL;
    struct blob blob = BLOB_INIT(0);
    json_t *normal = NULL;
    struct error err;

    cr_assert(schema_compile(json, &set, &err));
    cr_assert(eq(int, validate_request(schema_find(set, "A"), value, &blob, &normal, &text),
                 VALIDATE_CONSTRAINT));
    AUTO(json_decref) json_t *as_json = json_string(buffer_text(&text));
    cr_assert(as_json != NULL);
    cr_assert(le(sz, text.size_bytes, 100));
}
