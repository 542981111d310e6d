// Types, constraints and the service's wording, with the embedded document.
#include "openapi/validate.h"

#include "base/text.h"
#include "unit/openapi/check.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

struct row {
    char operation[48];
    char body[400];
    enum validate_outcome outcome;
    char text[480];
};

#define NAME(rest) "{\"ApplicationName\":\"a\"" rest "}"
#define CREATE(rest)                                                                               \
    NAME(",\"RuntimeEnvironment\":\"FLINK-1_20\",\"ServiceExecutionRole\":\"arn:r\"" rest)
#define GROUPS(rest)                                                                               \
    CREATE(",\"ApplicationConfiguration\":{\"EnvironmentProperties\":{\"PropertyGroups\":" rest    \
           "}}")
#define ZIP(rest)                                                                                  \
    CREATE(",\"ApplicationConfiguration\":{\"ApplicationCodeConfiguration\":{\"CodeContentType\":" \
           "\"ZIPFILE\",\"CodeContent\":{\"ZipFileContent\":" rest "}}}")
#define ONE "1 validation error detected: "

// clang-format off
static struct row rows[] = {
    // facts/api.md 1.5: types
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
    {"DescribeApplication", "{\"ApplicationName\":1}", VALIDATE_TYPE_MISMATCH, "NUMBER_VALUE can not be converted to a String"},
    {"DescribeApplication", "{\"ApplicationName\":1.5}", VALIDATE_TYPE_MISMATCH, "NUMBER_VALUE can not be converted to a String"},
    {"DescribeApplication", "{\"ApplicationName\":false}", VALIDATE_TYPE_MISMATCH, "FALSE_VALUE can not be converted to a String"},
    {"DescribeApplication", "[]", VALIDATE_TYPE_MISMATCH, "Start of list found where not expected"},
    {"ListApplications", "{\"Limit\":true}", VALIDATE_TYPE_MISMATCH, "TRUE_VALUE can not be converted to an Integer"},
    {"ListApplications", "{\"Limit\":[1]}", VALIDATE_TYPE_MISMATCH, "Start of list found where not expected"},
    {"ListApplications", "{\"Limit\":{}}", VALIDATE_TYPE_MISMATCH, "Start of structure or map found where not expected."},
    {"ListApplications", "{\"Limit\":2147483648}", VALIDATE_TYPE_MISMATCH, "NUMBER_VALUE can not be converted to an Integer"},
    {"ListApplications", "{\"Limit\":2147483647}", VALIDATE_CONSTRAINT, ONE "Value '2147483647' at 'limit'"},
    {"ListApplications", "{\"Limit\":-2147483648.9}", VALIDATE_CONSTRAINT, ONE "Value '-2147483648' at 'limit'"},
    {"UpdateApplication", NAME(",\"CurrentApplicationVersionId\":\"1\""), VALIDATE_TYPE_MISMATCH, "STRING_VALUE can not be converted to a Long"},
    {"UpdateApplication", NAME(",\"CurrentApplicationVersionId\":9223372036854775807"), VALIDATE_CONSTRAINT, ONE "Value '9223372036854775807' at 'currentApplicationVersionId' failed to satisfy constraint: Member must have value less than or equal to 999999999"},
    {"UpdateApplication", NAME(",\"CurrentApplicationVersionId\":9223372036854775808.0"), VALIDATE_TYPE_MISMATCH, "NUMBER_VALUE can not be converted to a Long"},
    {"UpdateApplication", NAME(",\"CurrentApplicationVersionId\":-1e19"), VALIDATE_TYPE_MISMATCH, "NUMBER_VALUE can not be converted to a Long"},
    {"UpdateApplication", NAME(",\"CurrentApplicationVersionId\":0.9"), VALIDATE_CONSTRAINT, ONE "Value '0' at 'currentApplicationVersionId'"},
    {"DescribeApplication", NAME(",\"IncludeAdditionalDetails\":[]"), VALIDATE_TYPE_MISMATCH, "Start of list found where not expected"},
    {"DescribeApplication", NAME(",\"IncludeAdditionalDetails\":\"0\""), VALIDATE_OK, "{\"ApplicationName\":\"a\",\"IncludeAdditionalDetails\":false}"},
    {"DescribeApplication", NAME(",\"IncludeAdditionalDetails\":\"T\""), VALIDATE_OK, "{\"ApplicationName\":\"a\",\"IncludeAdditionalDetails\":true}"},
    {"DescribeApplication", NAME(",\"IncludeAdditionalDetails\":\"FALSE\""), VALIDATE_OK, "{\"ApplicationName\":\"a\",\"IncludeAdditionalDetails\":false}"},
    {"CreateApplication", CREATE(",\"Tags\":{}"), VALIDATE_TYPE_MISMATCH, "Start of structure or map found where not expected."},
    {"CreateApplication", CREATE(",\"Tags\":[[]]"), VALIDATE_TYPE_MISMATCH, "Start of list found where not expected"},
    {"CreateApplication", CREATE(",\"ApplicationConfiguration\":[]"), VALIDATE_TYPE_MISMATCH, "Start of list found where not expected"},
    {"CreateApplication", CREATE(",\"ApplicationConfiguration\":\"\""), VALIDATE_TYPE_MISMATCH, "Expected null"},
    {"CreateApplication", GROUPS("[{\"PropertyGroupId\":\"g\",\"PropertyMap\":[]}]"), VALIDATE_TYPE_MISMATCH, "Start of list found where not expected"},
    {"CreateApplication", GROUPS("[{\"PropertyGroupId\":\"g\",\"PropertyMap\":{\"k\":[]}}]"), VALIDATE_TYPE_MISMATCH, "Start of list found where not expected"},
    {"CreateApplication", ZIP("\"?\""), VALIDATE_TYPE_MISMATCH, "Invalid base64"},
    {"CreateApplication", ZIP("\"YWJj=\""), VALIDATE_TYPE_MISMATCH, "Invalid base64"},
    {"CreateApplication", ZIP("\"Y=Jj\""), VALIDATE_TYPE_MISMATCH, "Invalid base64"},
    {"CreateApplication", ZIP("7"), VALIDATE_TYPE_MISMATCH, "NUMBER_VALUE can not be converted to a String"},
    {"CreateApplication", ZIP("\"YWI=\""), VALIDATE_OK, "{\"ApplicationName\":\"a\","},
    {"CreateApplication", ZIP("\"\""), VALIDATE_OK, "{\"ApplicationName\":\"a\","},
    {"DeleteApplication", NAME(",\"CreateTimestamp\":\"today\""), VALIDATE_TYPE_MISMATCH, "STRING_VALUE can not be converted to a Timestamp"},
    {"DeleteApplication", NAME(",\"CreateTimestamp\":1635248936.5"), VALIDATE_OK, "{\"ApplicationName\":\"a\",\"CreateTimestamp\":1635248936.5}"},
    {"DescribeApplication", "{\"ApplicationName\":\"a\\u0000b\"}", VALIDATE_TYPE_MISMATCH, "NUL is not allowed in a String"},
    // the first mismatch of the request wins, and any wins over constraints
    {"ListApplications", "{\"NextToken\":\"\",\"Limit\":\"5\"}", VALIDATE_TYPE_MISMATCH, "STRING_VALUE can not be converted to an Integer"},
    {"ListApplications", "{\"NextToken\":7,\"Limit\":\"5\"}", VALIDATE_TYPE_MISMATCH, "NUMBER_VALUE can not be converted to a String"},
    // of two members of one name the last counts
    {"ListApplications", "{\"Limit\":\"5\",\"Limit\":6}", VALIDATE_OK, "{\"Limit\":6}"},
    // null is absent, also in lists; unknown members are dropped
    {"DescribeApplication", NAME(",\"IncludeAdditionalDetails\":null,\"Other\":[1,2]"), VALIDATE_OK, "{\"ApplicationName\":\"a\"}"},
    {"DescribeApplication", "{\"ApplicationName\":null}", VALIDATE_CONSTRAINT, ONE "Value null at 'applicationName' failed to satisfy constraint: Member must not be null"},
    {"UntagResource", "{\"ResourceARN\":\"arn:x\",\"TagKeys\":[\"k\",null]}", VALIDATE_OK, "{\"ResourceARN\":\"arn:x\",\"TagKeys\":[\"k\"]}"},
    {"CreateApplication", CREATE(",\"Tags\":[null,{\"Key\":\"k\",\"Value\":null}]"), VALIDATE_OK, "{\"ApplicationName\":\"a\",\"RuntimeEnvironment\":\"FLINK-1_20\",\"ServiceExecutionRole\":\"arn:r\",\"Tags\":[{\"Key\":\"k\"}]}"},
    {"CreateApplication", CREATE(",\"Tags\":[null]"), VALIDATE_CONSTRAINT, ONE "Value '[]' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1"},
    {"CreateApplication", GROUPS("[{\"PropertyGroupId\":\"g\",\"PropertyMap\":{\"k\":null,\"l\":\"v\"}}]"), VALIDATE_OK, "{\"ApplicationName\":\"a\",\"RuntimeEnvironment\":\"FLINK-1_20\",\"ServiceExecutionRole\":\"arn:r\",\"ApplicationConfiguration\":{\"EnvironmentProperties\":{\"PropertyGroups\":[{\"PropertyGroupId\":\"g\",\"PropertyMap\":{\"l\":\"v\"}}]}}}"},
    // a required member is missing only when its parent is present
    {"StartApplication", NAME(""), VALIDATE_OK, "{\"ApplicationName\":\"a\"}"},
    {"StartApplication", NAME(",\"RunConfiguration\":{\"ApplicationRestoreConfiguration\":{}}"), VALIDATE_CONSTRAINT, ONE "Value null at 'runConfiguration.applicationRestoreConfiguration.applicationRestoreType' failed to satisfy constraint: Member must not be null"},
    // 3.1: constraints
    {"DescribeApplication", "{\"ApplicationName\":\"\"}", VALIDATE_CONSTRAINT, "2 validation errors detected: Value '' at 'applicationName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value '' at 'applicationName' failed to satisfy constraint: Member must have length greater than or equal to 1"},
    {"DescribeApplication", "{\"ApplicationName\":\"a b\"}", VALIDATE_CONSTRAINT, ONE "Value 'a b' at 'applicationName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
    {"DescribeApplication", "{\"ApplicationName\":\"a\\n\"}", VALIDATE_CONSTRAINT, ONE "Value 'a\n' at 'applicationName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
    {"ListApplications", "{\"Limit\":0}", VALIDATE_CONSTRAINT, ONE "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
    {"ListApplications", "{\"Limit\":51}", VALIDATE_CONSTRAINT, ONE "Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50"},
    {"CreateApplication", NAME(",\"RuntimeEnvironment\":\"SQL-1.0\",\"ServiceExecutionRole\":\"arn:r\""), VALIDATE_CONSTRAINT, ONE "Value 'SQL-1.0' at 'runtimeEnvironment' failed to satisfy constraint: Member must satisfy enum value set: [SQL-1_0, FLINK-1_6, "},
    {"CreateApplication", CREATE(",\"Tags\":[{\"Value\":\"v\"}]"), VALIDATE_CONSTRAINT, ONE "Value null at 'tags.1.member.key' failed to satisfy constraint: Member must not be null"},
    {"CreateApplication", CREATE(",\"Tags\":[]"), VALIDATE_CONSTRAINT, ONE "Value '[]' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1"},
    {"CreateApplication", GROUPS("[{\"PropertyGroupId\":\"g\",\"PropertyMap\":{\"\":\"v\"}}]"), VALIDATE_CONSTRAINT, ONE "Value '{=v}' at 'applicationConfiguration.environmentProperties.propertyGroups.1.member.propertyMap' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1"},
    {"UntagResource", "{\"ResourceARN\":\"arn:x\",\"TagKeys\":[\"\"]}", VALIDATE_CONSTRAINT, ONE "Value '[]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1"},
    {"CreateApplication", CREATE(",\"ApplicationConfiguration\":{\"ApplicationCodeConfiguration\":{\"CodeContentType\":\"ZIPFILE\",\"CodeContent\":{\"S3ContentLocation\":{\"BucketARN\":\"b\",\"FileKey\":\"\"}}}}"), VALIDATE_CONSTRAINT, "2 validation errors detected: Value 'b' at 'applicationConfiguration.applicationCodeConfiguration.codeContent.s3ContentLocation.bucketARN' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:.*; Value '' at 'applicationConfiguration.applicationCodeConfiguration.codeContent.s3ContentLocation.fileKey' failed"},
    {"CreateApplication", GROUPS("[{\"PropertyGroupId\":\"g\",\"PropertyMap\":{\"k\":\"\",\"l\":\"v\"}}]"), VALIDATE_CONSTRAINT, ONE "Value '{k=, l=v}' at 'applicationConfiguration.environmentProperties.propertyGroups.1.member.propertyMap' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1]"},
    {"CreateApplication", GROUPS("[{\"PropertyGroupId\":\"g\",\"PropertyMap\":{}}]"), VALIDATE_CONSTRAINT, ONE "Value '{}' at 'applicationConfiguration.environmentProperties.propertyGroups.1.member.propertyMap' failed to satisfy constraint: Member must have length greater than or equal to 1"},
    {"UntagResource", "{\"ResourceARN\":\"arn:x\",\"TagKeys\":[\"a\",\"\"]}", VALIDATE_CONSTRAINT, ONE "Value '[a, ]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]"},
    {"UpdateApplicationMaintenanceConfiguration", NAME(",\"ApplicationMaintenanceConfigurationUpdate\":{\"ApplicationMaintenanceWindowStartTimeUpdate\":\"24:00\"}"), VALIDATE_CONSTRAINT, ONE "Value '24:00' at 'applicationMaintenanceConfigurationUpdate.applicationMaintenanceWindowStartTimeUpdate' failed to satisfy constraint: Member must satisfy regular expression pattern: ([01][0-9]|2[0-3]):[0-5][0-9]"},
    {"DescribeApplication", "{}", VALIDATE_CONSTRAINT, ONE "Value null at 'applicationName' failed to satisfy constraint: Member must not be null"},
    {"DescribeApplication", "{\"applicationName\":\"a\"}", VALIDATE_CONSTRAINT, ONE "Value null at 'applicationName'"},
    {"CreateApplicationPresignedUrl", NAME(",\"UrlType\":\"FLINK_DASHBOARD_URL\",\"SessionExpirationDurationInSeconds\":1799"), VALIDATE_CONSTRAINT, ONE "Value '1799' at 'sessionExpirationDurationInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 1800"},
    {"CreateApplication", CREATE(",\"ApplicationDescription\":\"\xC3\xA4\xC3\xB6\""), VALIDATE_OK, "{\"ApplicationName\":\"a\","},
};
// clang-format on

ParameterizedTestParameters(validate, answers_as_the_table_says) {
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, validate, answers_as_the_table_says) {
    AUTO(document_free) struct document *document = NULL;
    enum validate_outcome outcome;
    struct error err;

    cr_assert(document_open(&document, &err), "%s", err.message);
    AUTO(memory_free)
    char *message =
        check_text(document_find(document, row->operation)->request, row->body, &outcome);
    cr_assert(outcome == row->outcome, "%s: outcome %d: %s", row->body, (int)outcome, message);
    cr_assert(text_starts_with(message, row->text), "%s: %s", row->body, message);
}

Test(validate, stops_at_ten_violations) {
    AUTO(document_free) struct document *document = NULL;
    AUTO(json_decref) json_t *body = json_new_object();
    json_t *tags = json_new_array();
    enum validate_outcome outcome;
    struct error err;

    for (int index = 0; index < 30; index++)
        json_add(tags, json_new_object());
    json_put(body, "Tags", tags);
    cr_assert(document_open(&document, &err));
    AUTO(memory_free)
    char *message = check_value(document_find(document, "TagResource")->request, body, &outcome);
    cr_assert(eq(int, outcome, VALIDATE_CONSTRAINT));
    cr_assert(
        text_starts_with(message, "10 validation errors detected: Value null at 'resourceARN'"));
    cr_assert(text_ends_with(message, "Value null at 'tags.9.member.key' failed to satisfy "
                                      "constraint: Member must not be null"));
}

// --- lengths ---

static enum validate_outcome outcome_of_description(const struct document *document,
                                                    const char *character, size_t count) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(65536);
    AUTO(json_decref)
    json_t *body = parse(CREATE(",\"ApplicationDescription\":\"\"")); // at most 1024 characters
    enum validate_outcome outcome;

    for (size_t index = 0; index < count; index++)
        cr_assert(buffer_append_text(&text, character));
    json_put_text(body, "ApplicationDescription", buffer_text(&text));
    AUTO(memory_free)
    char *message =
        check_value(document_find(document, "CreateApplication")->request, body, &outcome);
    return outcome;
}

Test(validate, counts_characters_and_not_bytes) {
    AUTO(document_free) struct document *document = NULL;
    static const char *const characters[] = {"a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x90\xBF"};
    struct error err;

    cr_assert(document_open(&document, &err));
    for (size_t index = 0; index < COUNT_OF(characters); index++) {
        cr_assert(eq(int, outcome_of_description(document, characters[index], 1024), VALIDATE_OK));
        cr_assert(eq(int, outcome_of_description(document, characters[index], 1025),
                     VALIDATE_CONSTRAINT));
    }
}

Test(validate, leaves_the_request_as_it_was) {
    static const char body[] = "{\"ApplicationName\":\"a\",\"IncludeAdditionalDetails\":\"yes\","
                               "\"Other\":null}";
    AUTO(document_free) struct document *document = NULL;
    AUTO(json_decref) json_t *value = parse(body);
    enum validate_outcome outcome;
    struct error err;

    cr_assert(document_open(&document, &err));
    AUTO(memory_free)
    char *message =
        check_value(document_find(document, "DescribeApplication")->request, value, &outcome);
    AUTO(memory_free) char *after = json_print(value);
    cr_assert(eq(str, after, (char *)body));
}

// Also when the blob had a short text before.
Test(validate, takes_the_mark_of_a_blob_for_no_text) {
    AUTO(json_decref)
    json_t *schemas = parse(
        "{\"A\":{\"type\":\"object\",\"properties\":{"
        "\"b\":{\"$ref\":\"#/components/schemas/B\"},\"s\":{\"$ref\":\"#/components/schemas/S\"}}},"
        "\"B\":{\"type\":\"string\",\"contentEncoding\":\"base64\"},\"S\":{\"type\":\"string\"}}");
    AUTO(buffer_release) struct buffer message = BUFFER_INIT(1024);
    AUTO(schema_set_free) struct schema_set *set = NULL;
    AUTO(blob_release) struct blob blob = BLOB_INIT(1024);
    AUTO(json_decref) json_t *normal = NULL;
    struct error err;

    cr_assert(schema_compile(schemas, &set, &err), "%s", err.message);
    blob_begin(&blob);
    blob_end(&blob);
    AUTO(memory_free) char *text = memory_format("{\"b\":\"YWJj\",\"s\":\"%s\"}", blob.mark);
    AUTO(json_decref) json_t *value = parse(text);
    cr_assert(eq(int, validate_request(schema_find(set, "A"), value, &blob, &normal, &message),
                 VALIDATE_TYPE_MISMATCH));
    cr_assert(eq(str, (char *)buffer_text(&message), "a String is too long"));
}
