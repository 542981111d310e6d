// What the user reads of a failure, and what the caller can decide by.
#include "runtime/s3/s3_failure.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct s3_failure failure_of(long status, const char *region, const char *body) {
    struct http_reply reply = {
        .status = status, .region = region, .body = body, .size_bytes = strlen(body)};

    return s3_failure_of("read", &reply, NULL);
}

Test(s3_failure, replies_are_told_apart_by_code_and_by_status) {
    static const struct {
        long status;
        const char *region;
        const char *body;
        enum s3_fault fault;
        char *message;
    } rows[] = {
        {404, "", "", S3_FAULT_OBJECT, "read: status 404"},
        {404, "", "<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>", S3_FAULT_BUCKET,
         "read: NoSuchBucket: m"},
        {403, "eu-west-1", "<Error><Code>AccessDenied</Code><Message>a\nb</Message></Error>",
         S3_FAULT_ACCESS, "read: AccessDenied: a b"},
        {301, "eu-west-1", "<Error><Code>PermanentRedirect</Code></Error>", S3_FAULT_REGION,
         "read: the bucket is in the Region eu-west-1: give that Region's endpoint (of AWS: "
         "https://s3.eu-west-1.amazonaws.com) with --s3-endpoint, and the Region with AWS_REGION"},
        {400, "",
         "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message>"
         "<Region>eu-west-1</Region></Error>",
         S3_FAULT_REGION,
         "read: the bucket is in the Region eu-west-1: give that Region's endpoint (of AWS: "
         "https://s3.eu-west-1.amazonaws.com) with --s3-endpoint, and the Region with AWS_REGION"},
        {400, "", "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message></Error>",
         S3_FAULT_REGION, "read: AuthorizationHeaderMalformed: m"},
        {307, "", "", S3_FAULT_REGION, "read: status 307"},
        {408, "", "", S3_FAULT_PASSING, "read: status 408"},
        {400, "", "<Error><Code>InvalidRequest</Code><Message>m</Message></Error>", S3_FAULT_OTHER,
         "read: InvalidRequest: m"},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct s3_failure failure =
            failure_of(rows[index].status, rows[index].region, rows[index].body);
        cr_assert(eq(int, failure.fault, rows[index].fault), "row %zu", index);
        cr_assert(eq(str, failure.message, rows[index].message));
    }
}

Test(s3_failure, only_an_endpoint_that_does_not_answer_may_pass) {
    static const struct {
        enum error_kind kind;
        enum s3_fault fault;
    } rows[] = {
        {ERROR_UNAVAILABLE, S3_FAULT_PASSING},
        {ERROR_CONFIGURATION, S3_FAULT_OTHER},
        {ERROR_SYSTEM, S3_FAULT_LOCAL},
        {ERROR_LIMIT, S3_FAULT_OTHER},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct error err;
        (void)error_set(&err, rows[index].kind, "no");
        struct s3_failure failure = s3_failure_of("read", NULL, &err);
        cr_assert(eq(int, failure.fault, rows[index].fault));
        cr_assert(eq(str, failure.message, "read: no"));
    }
}
