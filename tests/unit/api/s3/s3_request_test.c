#include "api/s3/s3_request.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

struct row {
    const char *method;
    const char *host;
    const char *path;
    const char *query;
    const char *copy_source;
    const char *code; // of the refusal; NULL = none
    enum s3_operation operation;
    const char *bucket;
    const char *key;
};

static const char *find_header(void *userdata, const char *name) {
    const struct row *row = userdata;

    if (text_equal(name, "Host")) return row->host;
    return text_equal(name, "x-amz-copy-source") ? row->copy_source : NULL;
}

static struct row rows[] = {
    {"GET", "h", "/", "", NULL, NULL, S3_LIST_BUCKETS, "", ""},
    {"GET", "h", "/b", "", NULL, NULL, S3_LIST_OBJECTS, "b", ""},
    {"GET", "h", "/b/", "list-type=2&prefix=a%2Fb+c", NULL, NULL, S3_LIST_OBJECTS_V2, "b", ""},
    {"GET", "h", "/b", "location", NULL, NULL, S3_GET_LOCATION, "b", ""},
    {"GET", "h", "/b", "uploads=", NULL, NULL, S3_LIST_UPLOADS, "b", ""},
    {"GET", "h", "/b/a%20b/%C3%A4+", "", NULL, NULL, S3_GET_OBJECT, "b", "a b/ä+"},
    {"HEAD", "h", "/b/k", "", NULL, NULL, S3_HEAD_OBJECT, "b", "k"},
    {"PUT", "h", "/b/k", "", NULL, NULL, S3_PUT_OBJECT, "b", "k"},
    {"PUT", "h", "/b/k", "", "/b/x", NULL, S3_COPY_OBJECT, "b", "k"},
    {"PUT", "h", "/b/k", "partNumber=1&uploadId=u", NULL, NULL, S3_UPLOAD_PART, "b", "k"},
    {"PUT", "h", "/b/k", "partNumber=1&uploadId=u", "/b/x", NULL, S3_COPY_PART, "b", "k"},
    {"POST", "h", "/b/k", "uploads", NULL, NULL, S3_CREATE_UPLOAD, "b", "k"},
    {"POST", "h", "/b/k", "uploadId=u", NULL, NULL, S3_COMPLETE_UPLOAD, "b", "k"},
    {"POST", "h", "/b", "delete", NULL, NULL, S3_DELETE_OBJECTS, "b", ""},
    {"DELETE", "h", "/b/k", "uploadId=u", NULL, NULL, S3_ABORT_UPLOAD, "b", "k"},
    {"DELETE", "h", "/b//k", "", NULL, NULL, S3_DELETE_OBJECT, "b", "/k"},
    {"GET", "bucket.localhost:8290", "/k/l", "", NULL, NULL, S3_GET_OBJECT, "bucket", "k/l"},
    {"GET", "localhost:8290", "/b/k", "versionId=null", NULL, NULL, S3_GET_OBJECT, "b", "k"},
    {"GET", "h", "/b/k", "versionId=1", NULL, "NoSuchVersion", 0, "b", "k"},
    {"GET", "h", "/b/k", "acl", NULL, "NotImplemented", 0, "b", "k"},
    {"PUT", "h", "/b/k", "tagging", NULL, "NotImplemented", 0, "b", "k"},
    {"GET", "h", "/b", "versions", NULL, "NotImplemented", 0, "b", ""},
    {"POST", "h", "/b/k", "", NULL, "MethodNotAllowed", 0, "b", "k"},
    {"PATCH", "h", "/b/k", "", NULL, "MethodNotAllowed", 0, "b", "k"},
    {"GET", "h", "/b/%00", "", NULL, "InvalidURI", 0, "b", "%00"},
    {"GET", "h", "/b/%FF", "", NULL, "InvalidURI", 0, "b", NULL},
};

Test(s3_request, names_operation_bucket_and_key) {
    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct row *row = &rows[index];
        const struct s3_message message = {.method = row->method,
                                           .path = row->path,
                                           .query = row->query,
                                           .header = find_header,
                                           .userdata = row};
        AUTO(s3_request_release) struct s3_request request = {0};
        struct s3_fault fault = {0};
        bool is_right = s3_request_read(&message, &request, &fault);
        cr_expect(eq(int, is_right, row->code == NULL), "%s %s", row->method, row->path);
        cr_expect(text_equal(fault.code, row->code), "%s %s: %s", row->method, row->path,
                  fault.code);
        cr_expect(eq(str, request.bucket, (char *)row->bucket));
        if (row->key != NULL) cr_expect(eq(str, request.key, (char *)row->key));
        if (is_right) cr_expect(eq(int, request.operation, row->operation), "row %zu", index);
    }
}

Test(s3_request, parameters_are_unescaped) {
    struct row *row = &rows[2];
    const struct s3_message message = {.method = row->method,
                                       .path = row->path,
                                       .query = row->query,
                                       .header = find_header,
                                       .userdata = row};
    AUTO(s3_request_release) struct s3_request request = {0};
    struct s3_fault fault = {0};

    cr_assert(s3_request_read(&message, &request, &fault));
    cr_expect(eq(str, (char *)s3_request_parameter(&request, "prefix"), "a/b c"));
    cr_expect(s3_request_parameter(&request, "delimiter") == NULL);
}

Test(s3_request, is_signed_for_s3_by_its_scope) {
    static const struct {
        const char *authorization;
        const char *query;
        bool is_signed;
    } signatures[] = {
        {"AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/s3/aws4_request, SignedHeaders=host", "",
         true},
        {"AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/kinesisanalytics/aws4_request", "",
         false},
        {NULL, "X-Amz-Credential=A%2F20260101%2Fus-east-1%2Fs3%2Faws4_request", true},
        {NULL, "X-Amz-Credential=A%2F20260101%2Fus-east-1%2Fkinesisanalytics%2Faws4_request",
         false},
        {"AWS AKID:signature", "", true},
        {NULL, "AWSAccessKeyId=A&Signature=b&Expires=1", true},
        {NULL, "Signature=b", false},
        {NULL, "", false},
        {"Credential=a/s3", "", false},
    };

    for (size_t index = 0; index < COUNT_OF(signatures); index++)
        cr_expect(eq(int,
                     s3_request_is_signed(signatures[index].authorization, signatures[index].query),
                     signatures[index].is_signed),
                  "row %zu", index);
}
