// Types, constraints and the service's wording, on the shipped document.
#include "openapi/validate.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "openapi/document.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

struct row {
    char operation[40];
    char body[400];
    enum validate_outcome outcome;
    char text[400];
};

#define NAME(rest) "{\"ApplicationName\":\"a\"" rest "}"
#define CREATE(rest)                                                                               \
    NAME(",\"RuntimeEnvironment\":\"FLINK-1_20\",\"ServiceExecutionRole\":\"arn:r\"" rest)
#define GROUPS(rest)                                                                               \
    CREATE(",\"ApplicationConfiguration\":{\"EnvironmentProperties\":{\"PropertyGroups\":" rest    \
           "}}")
#define ONE "1 validation error detected: "

// clang-format off
static struct row rows[] = {
    // api-semantics 2.6: types
    {"DescribeApplication", "{\"ApplicationName\":true}", VALIDATE_TYPE_MISMATCH, "TRUE_VALUE can not be converted to a String"},
    {"DescribeApplication", "{\"ApplicationName\":[]}", VALIDATE_TYPE_MISMATCH, "Start of list found where not expected"},
    {"DescribeApplication", "{\"ApplicationName\":{}}", VALIDATE_TYPE_MISMATCH, "Start of structure or map found where not expected."},
    {"DescribeApplication", NAME(",\"IncludeAdditionalDetails\":7"), VALIDATE_TYPE_MISMATCH, "NUMBER_VALUE can not be converted to a Boolean"},
    {"DescribeApplication", NAME(",\"IncludeAdditionalDetails\":\"perhaps\""), VALIDATE_TYPE_MISMATCH, "STRING_VALUE can not be converted to an Boolean"},
    {"DescribeApplication", NAME(",\"IncludeAdditionalDetails\":\"Yes\""), VALIDATE_OK, "{\"ApplicationName\":\"a\",\"IncludeAdditionalDetails\":true}"},
    {"ListApplications", "{\"Limit\":\"5\"}", VALIDATE_TYPE_MISMATCH, "STRING_VALUE can not be converted to an Integer"},
    {"ListApplications", "{\"Limit\":5.9}", VALIDATE_OK, "{\"Limit\":5}"},
    {"ListApplications", "{\"Limit\":1e300}", VALIDATE_TYPE_MISMATCH, "NUMBER_VALUE can not be converted to an Integer"},
    {"UpdateApplication", NAME(",\"CurrentApplicationVersionId\":false"), VALIDATE_TYPE_MISMATCH, "FALSE_VALUE can not be converted to a Long"},
    {"CreateApplication", CREATE(",\"Tags\":7"), VALIDATE_TYPE_MISMATCH, "Expected list or null"},
    {"CreateApplication", CREATE(",\"ApplicationConfiguration\":7"), VALIDATE_TYPE_MISMATCH, "Expected null"},
    {"CreateApplication", GROUPS("[{\"PropertyGroupId\":\"g\",\"PropertyMap\":7}]"), VALIDATE_TYPE_MISMATCH, "Expected map or null"},
    // null is absent, also in lists; what is unknown is dropped
    {"DescribeApplication", NAME(",\"IncludeAdditionalDetails\":null,\"Other\":[1,2]"), VALIDATE_OK, "{\"ApplicationName\":\"a\"}"},
    {"DescribeApplication", "{\"ApplicationName\":null}", VALIDATE_CONSTRAINT, ONE "Value null at 'applicationName' failed to satisfy constraint: Member must not be null"},
    {"UntagResource", "{\"ResourceARN\":\"arn:x\",\"TagKeys\":[\"k\",null]}", VALIDATE_OK, "{\"ResourceARN\":\"arn:x\",\"TagKeys\":[\"k\"]}"},
    // 3.1: constraints
    {"DescribeApplication", "{\"ApplicationName\":\"\"}", VALIDATE_CONSTRAINT, "2 validation errors detected: Value '' at 'applicationName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'applicationName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
    {"DescribeApplication", "{\"ApplicationName\":\"a b\"}", VALIDATE_CONSTRAINT, ONE "Value 'a b' at 'applicationName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
    {"DescribeApplication", "{\"ApplicationName\":\"a\\n\"}", VALIDATE_CONSTRAINT, ONE "Value 'a\n' at 'applicationName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
    {"ListApplications", "{\"Limit\":0}", VALIDATE_CONSTRAINT, ONE "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
    {"ListApplications", "{\"Limit\":51}", VALIDATE_CONSTRAINT, ONE "Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50"},
    {"CreateApplication", NAME(",\"RuntimeEnvironment\":\"SQL-1.0\",\"ServiceExecutionRole\":\"arn:r\""), VALIDATE_CONSTRAINT, ONE "Value 'SQL-1.0' at 'runtimeEnvironment' failed to satisfy constraint: Member must satisfy enum value set: [SQL-1_0, FLINK-1_6, "},
    {"CreateApplication", CREATE(",\"Tags\":[{\"Value\":\"v\"}]"), VALIDATE_CONSTRAINT, ONE "Value null at 'tags.1.member.key' failed to satisfy constraint: Member must not be null"},
    {"CreateApplication", CREATE(",\"Tags\":[]"), VALIDATE_CONSTRAINT, ONE "Value '[]' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1"},
    {"CreateApplication", GROUPS("[{\"PropertyGroupId\":\"g\",\"PropertyMap\":{\"\":\"v\"}}]"), VALIDATE_CONSTRAINT, ONE "Value '{=v}' at 'applicationConfiguration.environmentProperties.propertyGroups.1.member.propertyMap' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1"},
    {"UntagResource", "{\"ResourceARN\":\"arn:x\",\"TagKeys\":[\"\"]}", VALIDATE_CONSTRAINT, ONE "Value '[]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1"},
    {"CreateApplication", CREATE(",\"ApplicationDescription\":\"\xC3\xA4\xC3\xB6\""), VALIDATE_OK, "{\"ApplicationName\":\"a\","},
};
// clang-format on

ParameterizedTestParameters(validate, answers_as_the_table_says) {
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, validate, answers_as_the_table_says) {
    AUTO(document_free) struct document *document = NULL;
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(8192);
    AUTO(json_decref) json_t *body = NULL;
    AUTO(json_decref) json_t *normal = NULL;
    AUTO(memory_free) char *printed = NULL;
    struct error err;

    cr_assert(document_open(&document, &err), "%s", err.message);
    cr_assert(json_parse(row->body, strlen(row->body), &body, &err), "%s: %s", row->body,
              err.message);
    enum validate_outcome outcome =
        validate_request(document_find(document, row->operation)->request, body, &normal, &text);
    if (normal != NULL) printed = json_print(normal);
    const char *told = normal != NULL ? printed : buffer_text(&text);
    cr_assert(outcome == row->outcome, "%s: outcome %d: %s", row->body, (int)outcome, told);
    cr_assert(text_starts_with(told, row->text), "%s: %s", row->body, told);
}

Test(validate, stops_at_ten_violations) {
    AUTO(document_free) struct document *document = NULL;
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(65536);
    AUTO(json_decref) json_t *body = json_new_object();
    json_t *normal = NULL;
    struct error err;

    json_t *tags = json_new_array();
    for (int index = 0; index < 30; index++)
        json_add(tags, json_new_object());
    json_put(body, "Tags", tags);
    cr_assert(document_open(&document, &err));
    cr_assert(
        eq(int,
           validate_request(document_find(document, "TagResource")->request, body, &normal, &text),
           VALIDATE_CONSTRAINT));
    cr_assert(text_starts_with(buffer_text(&text), "10 validation errors detected: "));
}

Test(document, has_every_operation_with_both_shapes) {
    AUTO(document_free) struct document *document = NULL;
    struct error err;

    cr_assert(document_open(&document, &err), "%s", err.message);
    cr_assert(eq(sz, document_operation_count(document), 33));
    for (size_t index = 0; index < 33; index++) {
        const struct document_operation *operation = document_operation_at(document, index);
        cr_assert(operation->request != NULL && operation->response != NULL &&
                  operation->errors[0] != NULL);
    }
}

struct bad {
    char schemas[200];
    char reason[80];
};

static struct bad bads[] = {
    {"{\"A\":{\"type\":\"string\",\"maxLenght\":3}}", "unknown keyword 'maxLenght'"},
    {"{\"A\":{\"type\":\"text\"}}", "unknown type 'text'"},
    {"{\"A\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/B\"}}}",
     "leads nowhere"},
    {"{\"A\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/A\"}}}",
     "contains itself"},
    {"{\"A\":{\"type\":\"string\",\"pattern\":\"^(?:[)$\"}}", "missing terminating ]"},
    {"{\"A\":{\"type\":\"string\",\"pattern\":\"a\"}}", "is not of the form"},
    {"{\"A\":{\"type\":\"integer\",\"format\":\"int7\"}}", "unknown format 'int7'"},
    {"{\"A\":{}}", "no type"},
    {"{\"A\":{\"type\":\"string\",\"minLength\":\"1\"}}", "minLength is not an integer"},
};

ParameterizedTestParameters(schema, refuses_what_it_cannot_interpret) {
    return cr_make_param_array(struct bad, bads, sizeof bads / sizeof bads[0]);
}

ParameterizedTest(struct bad *bad, schema, refuses_what_it_cannot_interpret) {
    AUTO(schema_set_free) struct schema_set *set = NULL;
    AUTO(json_decref) json_t *schemas = NULL;
    struct error err;

    cr_assert(json_parse(bad->schemas, strlen(bad->schemas), &schemas, &err));
    cr_assert(not(schema_compile(schemas, &set, &err)));
    cr_assert(strstr(err.message, bad->reason) != NULL, "%s", err.message);
}
