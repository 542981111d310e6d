// The embedded document, and invalid ones.
#include "openapi/document.h"

#include "base/text.h"
#include "openapi/schema_node.h"
#include "unit/openapi/check.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

Test(document, has_every_operation_with_both_shapes_and_its_errors) {
    AUTO(document_free) struct document *document = NULL;
    struct error err;

    cr_assert(document_open(&document, &err), "%s", err.message);
    for (size_t index = 0; index < document_operation_count(document); index++) {
        const struct document_operation *operation = document_operation_at(document, index);
        cr_assert(eq(int, operation->request->type, SCHEMA_OBJECT));
        cr_assert(eq(int, operation->response->type, SCHEMA_OBJECT));
        cr_assert(operation->errors[0] != NULL, "%s", operation->name);
        cr_assert(document_find(document, operation->name) == operation);
    }
}

Test(document, knows_no_other_operation) {
    AUTO(document_free) struct document *document = NULL;
    struct error err;

    cr_assert(document_open(&document, &err));
    cr_assert(document_find(document, "") == NULL);
    cr_assert(document_find(document, "describeApplication") == NULL);
    cr_assert(document_find(document, "DescribeApplicationX") == NULL);
}

Test(document, names_the_errors_of_an_operation) {
    AUTO(document_free) struct document *document = NULL;
    struct error err;

    cr_assert(document_open(&document, &err));
    const struct document_operation *operation = document_find(document, "ListTagsForResource");
    cr_assert(eq(str, (char *)operation->errors[0], "ResourceNotFoundException"));
    cr_assert(eq(str, (char *)operation->errors[1], "InvalidArgumentException"));
    cr_assert(eq(str, (char *)operation->errors[2], "ConcurrentModificationException"));
    cr_assert(operation->errors[3] == NULL);
}

Test(document, gives_its_text_as_it_was_written) {
    AUTO(json_decref) json_t *root = NULL;
    size_t size_bytes;
    struct error err;
    const char *text = document_text(&size_bytes);

    cr_assert(eq(sz, strlen(text), size_bytes));
    cr_assert(json_parse(text, size_bytes, &root, &err));
    cr_assert(eq(str, (char *)json_text(root, "openapi"), "3.1.0"));
}

Test(document, has_the_members_of_a_request) {
    AUTO(document_free) struct document *document = NULL;
    struct error err;

    cr_assert(document_open(&document, &err));
    const struct schema *request = document_find(document, "StartApplication")->request;
    cr_assert(schema_member(request, "RunConfiguration") != NULL);
    cr_assert(schema_member(request, "Runconfiguration") == NULL);
    cr_assert(schema_member(schema_member(request, "RunConfiguration"),
                            "ApplicationRestoreConfiguration") != NULL);
}

// --- what is refused ---

#define BODY(name)                                                                                 \
    "{\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/" name "\"}}" \
    "}}"
#define POST(id, request, response)                                                                \
    "{\"post\":{\"operationId\":\"" id "\",\"x-errors\":[],\"requestBody\":" request               \
    ",\"responses\":{\"200\":" response "}}}"
#define DOCUMENT(paths)                                                                            \
    "{\"components\":{\"schemas\":{\"A\":{\"type\":\"object\"},\"S\":{\"type\":\"string\"}}},"     \
    "\"paths\":" paths "}"

struct bad {
    char text[640];
    char reason[80];
};

// clang-format off
static struct bad bads[] = {
    {"", "API document: line 1"},
    {"{", "API document: line 1"},
    {"[]", "API document: no schemas"},
    {"{\"paths\":{}}", "API document: no schemas"},
    {DOCUMENT("{\"/a\":{}}"), "API document: /a: a path without post.operationId"},
    {DOCUMENT("{\"/a\":{\"post\":{\"operationId\":7}}}"), "API document: /a: a path without post.operationId"},
    {DOCUMENT("{\"/a\":{\"post\":{\"operationId\":\"A\"}}}"), "API document: /a: the body has no schema"},
    {DOCUMENT("{\"/a\":" POST("A", "{}", BODY("A")) "}"), "API document: /a: the body has no schema"},
    {DOCUMENT("{\"/a\":" POST("A", BODY("A"), "7") "}"), "API document: /a: the body has no schema"},
    {DOCUMENT("{\"/a\":" POST("A", BODY("B"), BODY("A")) "}"), "API document: /a: '#/components/schemas/B' does not exist"},
    {DOCUMENT("{\"/a\":" POST("A", BODY("A"), BODY("S")) "}"), "API document: /a: schema S is not an object"},
    {DOCUMENT("{\"/a\":" POST("A", BODY("A"), BODY("A")) ",\"/b\":" POST("A", BODY("A"), BODY("A")) "}"), "API document: two operations A"},
};
// clang-format on

ParameterizedTestParameters(document, refuses_what_is_no_document) {
    return cr_make_param_array(struct bad, bads, sizeof bads / sizeof bads[0]);
}

ParameterizedTest(struct bad *bad, document, refuses_what_is_no_document) {
    struct document *document = NULL;
    struct error err;

    cr_assert(not(document_open_text(bad->text, strlen(bad->text), &document, &err)), "%s",
              bad->text);
    cr_assert(document == NULL);
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(text_starts_with(err.message, bad->reason), "%s", err.message);
}

Test(document, may_have_one_operation) {
    static const char text[] = DOCUMENT("{\"/a\":" POST("A", BODY("A"), BODY("A")) "}");
    AUTO(document_free) struct document *document = NULL;
    struct error err;

    cr_assert(document_open_text(text, strlen(text), &document, &err), "%s", err.message);
    cr_assert(eq(sz, document_operation_count(document), 1));
    cr_assert(document_find(document, "A")->errors[0] == NULL);
}
