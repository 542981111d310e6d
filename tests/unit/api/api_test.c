// The wire's pure parts: scopes, front-end checks, tokens, faults, the guard and the encoding.
#include "api/encode.h"
#include "api/fault.h"
#include "api/http_guard.h"
#include "api/operations.h"
#include "api/page_token.h"
#include "api/protocol.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "openapi/document.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

static struct error err;

struct scope_row {
    char authorization[160];
    char account[13];
    char region[20];
};

// clang-format off
static struct scope_row scopes[] = {
    {"", "000000000000", "us-east-1"},
    {"AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/kinesisanalytics/aws4_request, SignedHeaders=host", "000000000000", "eu-west-1"},
    {"AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-west-2/kinesisanalytics/aws4_request", "123456789012", "us-west-2"},
    {"AWS4-HMAC-SHA256 Credential=test", "000000000000", "us-east-1"},
    {"AWS4-HMAC-SHA256 Credential=a/b/../x", "000000000000", "us-east-1"},
    {"Bearer something", "000000000000", "us-east-1"},
};
// clang-format on

ParameterizedTestParameters(protocol, reads_the_scope_of_a_credential) {
    return cr_make_param_array(struct scope_row, scopes, sizeof scopes / sizeof scopes[0]);
}

ParameterizedTest(struct scope_row *row, protocol, reads_the_scope_of_a_credential) {
    struct app_scope scope;

    protocol_scope(row->authorization[0] == '\0' ? NULL : row->authorization, NULL, &scope);
    cr_assert(eq(str, scope.account, row->account));
    cr_assert(eq(str, scope.region, row->region));
}

struct front_row {
    char method[8];
    char path[40];
    char type[60];
    char target[60];
    char body[60];
    int status;
    char error_type[40];
};

#define AMZ "application/x-amz-json-1.1"
#define T   "KinesisAnalytics_20180523."

// clang-format off
static struct front_row fronts[] = {
    {"GET",  "/", AMZ, T "ListApplications", "", 403, ""},
    {"POST", "/", "text/plain", "", "{}", 403, ""},
    {"POST", "/", "text/plain", "Other_1.ListApplications", "{}", 403, ""},
    {"POST", "/", "text/plain", T "ListApplications", "{}", 404, ""},
    {"POST", "/", AMZ, T "ListApplications", "", 400, "SerializationException"},
    {"POST", "/", AMZ, T "Dance", "", 400, "UnknownOperationException"},
    {"POST", "/", AMZ, T "ListApplications", "{", 400, "SerializationException"},
    {"POST", "/", AMZ, T "Dance", "{}", 400, "UnknownOperationException"},
    {"POST", "/", AMZ, "Other_1.ListApplications", "{}", 400, "UnknownOperationException"},
    {"POST", "/", AMZ, "", "{}", 400, "UnknownOperationException"},
    {"POST", "/", AMZ, T "ListApplications", "{\"Limit\":99}", 400, "ValidationException"},
    {"POST", "/", AMZ "; charset=utf-8", T "ListApplications", "{}", 200, ""},
    {"POST", "/any/path", "application/json", T "ListApplications", "{}", 200, ""},
    {"POST", "/api/v2/ListApplications", "application/json", "", "{}", 200, ""},
    {"POST", "/api/v2/ListApplications", "", "", "", 403, ""},
};
// clang-format on

ParameterizedTestParameters(protocol, checks_in_the_order_of_the_front_end) {
    return cr_make_param_array(struct front_row, fronts, sizeof fronts / sizeof fronts[0]);
}

ParameterizedTest(struct front_row *row, protocol, checks_in_the_order_of_the_front_end) {
    AUTO(document_free) struct document *document = NULL;
    struct protocol_request request = {.method = row->method,
                                       .path = row->path,
                                       .content_type = row->type,
                                       .target = row->target[0] == '\0' ? NULL : row->target,
                                       .body = row->body,
                                       .body_bytes = strlen(row->body)};
    AUTO(blob_release) struct blob blob = BLOB_INIT(1024);
    static struct protocol_refusal refusal;
    struct protocol_call call;

    request.blob = &blob;

    cr_assert(document_open(&document, &err), "%s", err.message);
    if (protocol_read_head(document, &request, &call, &refusal) &&
        protocol_read_body(&request, &call, &refusal)) {
        json_decref(call.request);
        cr_assert(eq(int, row->status, 200));
        return;
    }
    cr_assert(eq(int, refusal.status, row->status));
    cr_assert(
        eq(str, (char *)(refusal.error_type == NULL ? "" : refusal.error_type), row->error_type));
}

Test(operations, are_those_of_the_document) {
    AUTO(document_free) struct document *document = NULL;

    cr_assert(document_open(&document, &err), "%s", err.message);
    cr_assert(eq(sz, operations_count(), document_operation_count(document)));
    for (size_t index = 0; index < operations_count(); index++)
        cr_assert(document_find(document, operations_at(index)->name) != NULL, "%s",
                  operations_at(index)->name);
}

Test(page_token, is_good_for_its_own_list_only) {
    unsigned char key[32] = {1};
    unsigned char other_key[32] = {2};
    char token[PAGE_TOKEN_SIZE];
    int64_t sequence = 0;

    page_token_make(key, "ListX/a", 42, token);
    cr_assert(page_token_read(key, "ListX/a", token, &sequence, &err));
    cr_assert(eq(int, (int)sequence, 42));
    cr_assert(not(page_token_read(key, "ListX/b", token, &sequence, &err)));
    cr_assert(not(page_token_read(other_key, "ListX/a", token, &sequence, &err)));
    token[0] = '5';
    cr_assert(not(page_token_read(key, "ListX/a", token, &sequence, &err)));
    cr_assert(not(page_token_read(key, "ListX/a", "", &sequence, &err)));
    cr_assert(not(page_token_read(key, "ListX/a", "....", &sequence, &err)));
}

static void check_name_token(const char *name) {
    unsigned char key[32] = {1};
    char token[APP_NAME_SIZE];
    char read[APP_NAME_SIZE];

    page_token_make_name(key, "ListApplications/a", name, token);
    cr_assert(strlen(token) < APP_NAME_SIZE);
    cr_assert(page_token_read_name(key, "ListApplications/a", token, read, &err), "%s", token);
    cr_assert(eq(str, read, (char *)name));
    if (strlen(token) > 111) return; // may be a long name itself
    cr_assert(not(page_token_read_name(key, "ListApplications/b", token, read, &err)));
    token[0] = token[0] == 'x' ? 'y' : 'x';
    cr_assert(not(page_token_read_name(key, "ListApplications/a", token, read, &err)));
    cr_assert(eq(int, err.kind, ERROR_REQUEST));
}

Test(page_token, looks_like_a_name_in_a_list_of_names) {
    unsigned char key[32] = {1};
    char read[APP_NAME_SIZE];
    char name[APP_NAME_SIZE];

    for (size_t length = 1; length < sizeof name; length++) {
        memset(name, 'n', length);
        name[length] = '\0';
        check_name_token(name);
    }
    check_name_token("a.b");
    cr_assert(not(page_token_read_name(key, "ListApplications/a", "a", read, &err)));
    cr_assert(
        not(page_token_read_name(key, "ListApplications/a", "a.0123456789abcdef", read, &err)));
}

Test(fault, names_an_exception_of_the_service_for_every_kind) {
    for (int kind = 0; kind < ERROR_KIND_COUNT; kind++)
        cr_assert(fault_name((enum error_kind)kind) != NULL);
    AUTO(memory_free) char *body = fault_body("LimitExceededException", "too \"many\"");
    cr_assert(eq(str, body,
                 "{\"__type\":\"LimitExceededException\",\"Message\":\"too "
                 "\\\"many\\\"\",\"message\":\"too \\\"many\\\"\"}"));
    cr_assert(eq(int, fault_status("InternalFailure"), 500));
    cr_assert(eq(int, fault_status("ResourceNotFoundException"), 400));
}

static bool admits_host(const char *host, const char *listen_address) {
    static const char *const allowed[] = {"kobel.example", NULL};
    struct http_guard guard;

    http_guard_init(&guard, listen_address, allowed);
    (void)text_copy(guard.own_name, sizeof guard.own_name, "box.corp.example");
    return http_guard_admits_host(&guard, host);
}

Test(http_guard, knows_the_names_that_only_the_user_can_have_given) {
    static const char *const everywhere[] = {"127.0.0.1:8290", "127.1.2.3",      "localhost:8290",
                                             "LocalHost",      "my.localhost",   "[::1]:8290",
                                             "kobel.example",  "KOBEL.example:1"};
    static const char *const beyond_loopback[] = {"192.168.1.5:8290", "[fe80::1]:8290",
                                                  "kobel:8290", "box.corp.example"};
    static const char *const nowhere[] = {"evil.example:8290",
                                          "127.evil.example",
                                          "",
                                          ":8290",
                                          "evil.example",
                                          ".localhost",
                                          "box.corp.example.evil.example",
                                          "[evil.example]:80",
                                          "[::1"};

    for (size_t index = 0; index < COUNT_OF(everywhere); index++) {
        cr_assert(admits_host(everywhere[index], "127.0.0.1"), "%s", everywhere[index]);
        cr_assert(admits_host(everywhere[index], "0.0.0.0"), "%s", everywhere[index]);
    }
    for (size_t index = 0; index < COUNT_OF(beyond_loopback); index++) {
        cr_assert(not(admits_host(beyond_loopback[index], "127.0.0.1")), "%s",
                  beyond_loopback[index]);
        cr_assert(admits_host(beyond_loopback[index], "0.0.0.0"), "%s", beyond_loopback[index]);
        cr_assert(admits_host(beyond_loopback[index], "192.168.1.5"), "%s", beyond_loopback[index]);
    }
    for (size_t index = 0; index < COUNT_OF(nowhere); index++) {
        cr_assert(not(admits_host(nowhere[index], "127.0.0.1")), "%s", nowhere[index]);
        cr_assert(not(admits_host(nowhere[index], "0.0.0.0")), "%s", nowhere[index]);
    }
    cr_assert(admits_host(NULL, "127.0.0.1"));
}

Test(http_guard, lets_in_no_pages_of_others) {
    cr_assert(http_guard_admits_origin(NULL, "127.0.0.1:8290"));
    cr_assert(http_guard_admits_origin("http://127.0.0.1:8290", "127.0.0.1:8290"));
    cr_assert(not(http_guard_admits_origin("http://evil.example", "127.0.0.1:8290")));
    cr_assert(not(http_guard_admits_origin("http://127.0.0.1:9", "127.0.0.1:8290")));
    cr_assert(not(http_guard_admits_origin("null", "127.0.0.1:8290")));
    cr_assert(not(http_guard_admits_origin("http://", NULL)));
}

Test(encode, leaves_out_what_is_not_there_yet) {
    struct operation running = {.name = "StartApplication",
                                .status = OPERATION_IN_PROGRESS,
                                .started_at_ms = 1764000000999};
    AUTO(json_decref) json_t *object = encode_operation(&running);

    cr_assert(json_member(object, "EndTime") == NULL);
    cr_assert(json_member(object, "OperationFailureDetails") == NULL);
    cr_assert(eq(int, (int)json_int_or(object, "StartTime", 0), 1764000000));
}
