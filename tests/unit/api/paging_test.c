// A page token is only for the list that it was made for.
#include "api/paging.h"

#include "base/json.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

static const struct api_context context = {.token_key = "a key of thirty-one characters."};

static void ask(const char *operation_name, const char *request, struct call *out_call,
                struct document_operation *out_operation) {
    struct error err;

    *out_operation = (struct document_operation){.name = operation_name};
    *out_call = (struct call){
        .context = &context, .operation = out_operation, .scope = {"123456789012", "us-east-1"}};
    cr_assert(json_parse(request, strlen(request), &out_call->request, &err), "%s", err.message);
}

static void make_token(const char *operation, const char *request, char out[static 128]) {
    struct document_operation row;
    struct call call;
    AUTO(json_decref) json_t *reply = json_new_object();

    ask(operation, request, &call, &row);
    paging_put_token(&call, reply, 7);
    (void)text_copy(out, 128, json_text_or(reply, "NextToken", ""));
    json_decref(call.request);
}

static bool accepts(const char *operation, const char *request, const char *token) {
    struct document_operation row;
    struct call call;
    struct error err = {0};
    int64_t before = 0;

    ask(operation, request, &call, &row);
    json_put_text(call.request, "NextToken", token);
    bool is_accepted = paging_start(&call, INT64_MAX, &before, &err);
    json_decref(call.request);
    if (is_accepted)
        cr_assert(eq(i64, before, 7));
    else
        cr_assert(eq(int, err.kind, ERROR_INVALID));
    return is_accepted;
}

struct row {
    char operation[32];
    char request[80];
    bool is_accepted;
};

// clang-format off
static struct row rows[] = {
    {"ListSnapshots",          "{\"SnapshotStatus\":\"READY\"}",                   true},
    {"ListSnapshots",          "{\"SnapshotStatus\":\"READY\",\"Limit\":3}",       true},
    {"ListSnapshots",          "{\"SnapshotStatus\":\"FAILED\"}",                  false},
    {"ListSnapshots",          "{\"SnapshotInitiator\":\"READY\"}",                false},
    {"ListSnapshots",          "{\"SourceApplicationName\":\"READY\"}",            false},
    {"ListSnapshots",          "{}",                                               false},
    {"ListSnapshotOperations", "{\"SnapshotStatus\":\"READY\"}",                   false},
};
// clang-format on

ParameterizedTestParameters(paging, a_token_is_for_the_same_choice) {
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, paging, a_token_is_for_the_same_choice) {
    char token[128];

    make_token("ListSnapshots", "{\"SnapshotStatus\":\"READY\"}", token);
    cr_assert(eq(int, accepts(row->operation, row->request, token), row->is_accepted));
}

Test(paging, a_token_of_operations_is_for_one_snapshot) {
    char token[128];

    make_token("ListSnapshotOperations", "{\"SnapshotName\":\"a\"}", token);
    cr_assert(accepts("ListSnapshotOperations", "{\"SnapshotName\":\"a\"}", token));
    cr_assert(not(accepts("ListSnapshotOperations", "{\"SnapshotName\":\"b\"}", token)));
    cr_assert(
        not(accepts("ListSnapshotOperations",
                    "{\"SnapshotName\":\"a\",\"SnapshotOperation\":\"CreateSnapshot\"}", token)));
}
