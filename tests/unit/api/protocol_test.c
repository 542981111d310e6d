// The front end of the protocol: scopes, and the order of its checks.
#include "api/protocol.h"

#include "base/json.h"
#include "base/text.h"

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
    {"POST", "/", AMZ, "KinesisAnalytics_20150814.DescribeApplication", "{}", 200, ""},
    {"POST", "/", AMZ, "KinesisAnalytics_20150814.DescribeApplication", "[", 400, "SerializationException"},
    {"POST", "/", AMZ, "KinesisAnalytics_20150814.DescribeApplicationVersion", "{}", 400, "UnknownOperationException"},
    {"POST", "/", AMZ, "KinesisAnalytics_20150814.ListTagsForResource", "{}", 400, "ValidationException"},
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
