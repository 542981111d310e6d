// Replies checked against their declared shape.
#include "base/text.h"
#include "openapi/validate.h"
#include "unit/openapi/check.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

struct row {
    char operation[48];
    char reply[400];
    char reason[80]; // "": as declared
};

#define SNAPSHOT(more)                                                                             \
    "{\"SnapshotDetails\":{\"SnapshotName\":\"s\",\"SnapshotStatus\":\"READY\"," more "}}"
#define OPERATION(more)                                                                            \
    "{\"ApplicationOperationInfoDetails\":{\"Operation\":\"StartApplication\"," more               \
    "\"OperationStatus\":\"IN_PROGRESS\"}}"

// clang-format off
static struct row rows[] = {
    {"DeleteApplication", "{}", ""},
    {"DeleteApplication", "{\"Other\":1}", "unknown member Other"},
    {"DeleteApplication", "[]", "wrong type"},
    {"DescribeApplicationSnapshot", SNAPSHOT("\"ApplicationVersionId\":1"), ""},
    {"DescribeApplicationSnapshot", SNAPSHOT("\"ApplicationVersionId\":1,\"SnapshotCreationTimestamp\":1635248936"), ""},
    {"DescribeApplicationSnapshot", SNAPSHOT("\"ApplicationVersionId\":1,\"SnapshotCreationTimestamp\":\"now\""), "wrong type in SnapshotCreationTimestamp in SnapshotDetails"},
    {"DescribeApplicationSnapshot", SNAPSHOT("\"ApplicationVersionId\":1.5"), "wrong type in ApplicationVersionId in SnapshotDetails"},
    {"DescribeApplicationSnapshot", SNAPSHOT("\"ApplicationVersionId\":null"), "wrong type in ApplicationVersionId in SnapshotDetails"},
    {"DescribeApplicationSnapshot", SNAPSHOT("\"RuntimeEnvironment\":\"FLINK-9_9\""), "'FLINK-9_9' is not allowed in RuntimeEnvironment in SnapshotDetails"},
    {"DescribeApplicationSnapshot", "{\"SnapshotDetails\":{\"SnapshotName\":\"a b\"}}", "'a b' is not allowed in SnapshotName in SnapshotDetails"},
    {"DescribeApplicationSnapshot", "{\"SnapshotDetails\":{\"SnapshotName\":\"s\",\"SnapshotStatus\":\"READY\"}}", "missing member ApplicationVersionId in SnapshotDetails"},
    {"DescribeApplicationSnapshot", "{}", "missing member SnapshotDetails"},
    {"ListApplications", "{\"ApplicationSummaries\":[]}", ""},
    {"ListApplications", "{\"ApplicationSummaries\":{}}", "wrong type in ApplicationSummaries"},
    {"ListApplications", "{\"ApplicationSummaries\":[7]}", "wrong type in ApplicationSummaries"},
    // declared as required, but missing while an operation runs (facts/api.md 2.4)
    {"DescribeApplicationOperation", OPERATION("\"StartTime\":1,"), ""},
    {"DescribeApplicationOperation", OPERATION(""), "missing member StartTime in ApplicationOperationInfoDetails"},
    // declared as at least 1
    {"ListTagsForResource", "{\"Tags\":[]}", ""},
};
// clang-format on

ParameterizedTestParameters(validate_response, says_what_is_not_declared) {
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, validate_response, says_what_is_not_declared) {
    AUTO(document_free) struct document *document = NULL;
    AUTO(json_decref) json_t *reply = parse(row->reply);
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(1024);
    struct error err;

    cr_assert(document_open(&document, &err));
    bool is_declared =
        validate_response(document_find(document, row->operation)->response, reply, &text);
    cr_assert(is_declared == text_is_empty(row->reason), "%s: %s", row->reply, buffer_text(&text));
    cr_assert(eq(str, (char *)buffer_text(&text), row->reason));
}

static char *reason_of_map(const char *map) {
    AUTO(document_free) struct document *document = NULL;
    struct buffer text = BUFFER_INIT(1024);
    AUTO(json_decref) json_t *value = parse(map);
    struct error err;

    cr_assert(document_open(&document, &err));
    const struct schema *groups = schema_member(
        schema_member(schema_member(document_find(document, "CreateApplication")->request,
                                    "ApplicationConfiguration"),
                      "EnvironmentProperties"),
        "PropertyGroups");
    AUTO(json_decref) json_t *list = json_new_array();
    json_t *group = parse("{\"PropertyGroupId\":\"g\"}");
    json_put(group, "PropertyMap", TAKE(value));
    json_add(list, group);
    bool is_declared = validate_response(groups, list, &text);
    cr_assert(is_declared == text_is_empty(buffer_text(&text)));
    return buffer_take_text(&text);
}

Test(validate_response, looks_into_maps) {
    AUTO(memory_free) char *good = reason_of_map("{\"k\":\"v\"}");
    AUTO(memory_free) char *bad = reason_of_map("{\"k\":7}");

    cr_assert(eq(str, good, ""));
    cr_assert(eq(str, bad, "wrong type in PropertyMap"));
}
