#include "model/arn.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <string.h>

static struct error err;

Test(arn, follows_from_scope_and_name) {
    static const struct {
        struct app_scope scope;
        const char *arn;
    } rows[] = {
        {{"123456789012", "us-east-1"},
         "arn:aws:kinesisanalytics:us-east-1:123456789012:application/a"},
        {{"123456789012", "cn-north-1"},
         "arn:aws-cn:kinesisanalytics:cn-north-1:123456789012:application/a"},
        {{"123456789012", "us-gov-west-1"},
         "arn:aws-us-gov:kinesisanalytics:us-gov-west-1:123456789012:application/a"},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        char arn[ARN_SIZE];
        char name[APP_NAME_SIZE];
        struct app_scope scope;
        arn_of_app(&rows[index].scope, "a", arn);
        cr_assert_str_eq(arn, rows[index].arn);
        cr_assert(arn_parse_app(arn, &scope, name, &err), "%s", err.message);
        cr_assert_str_eq(scope.account, rows[index].scope.account);
        cr_assert_str_eq(scope.region, rows[index].scope.region);
        cr_assert_str_eq(name, "a");
    }
}

Test(arn, of_something_else_is_refused) {
    static const char *const bad[] = {
        "",
        "arn",
        "arn:aws:kinesis:us-east-1:123456789012:application/a",
        "arn:aws:kinesisanalytics:us-east-1:123456789012:application/",
        "arn:aws:kinesisanalytics:us-east-1:123456789012:snapshot/a",
        "arn:aws:kinesisanalytics:us-east-1:1234567890123:application/a",
        "ARN:aws:kinesisanalytics:us-east-1:123456789012:application/a",
    };

    for (size_t index = 0; index < COUNT_OF(bad); index++) {
        char name[APP_NAME_SIZE] = "kept";
        struct app_scope scope;
        cr_assert_not(arn_parse_app(bad[index], &scope, name, &err), "%s", bad[index]);
        cr_assert_eq(err.kind, ERROR_INVALID);
        cr_assert_str_eq(name, "kept");
    }
}

Test(arn, of_a_snapshot_names_no_application) {
    static const struct app_scope scope = {"123456789012", "us-gov-west-1"};
    struct app_scope parsed;
    char name[ENHANCED_NAME_SIZE];
    char arn[ARN_SIZE];

    arn_of_snapshot(&scope, "s_1.a-b", arn);
    cr_assert_str_eq(arn, "arn:aws-us-gov:kinesisanalytics:us-gov-west-1:123456789012:"
                          "snapshot/s_1.a-b");
    cr_assert(arn_is_snapshot(arn));
    cr_assert(arn_parse_snapshot(arn, &parsed, name, &err), "%s", err.message);
    cr_assert_str_eq(parsed.account, scope.account);
    cr_assert_str_eq(parsed.region, scope.region);
    cr_assert_str_eq(name, "s_1.a-b");
}

Test(arn, of_something_else_is_not_that_of_a_snapshot) {
    static const char *const bad[] = {
        "",
        "snapshot/a",
        "arn:aws:kinesisanalytics:us-east-1:123456789012:snapshot/",
        "arn:aws:kinesisanalytics:us-east-1:123456789012:snapshot/a/b",
        "arn:aws:kinesisanalytics:us-east-1:123456789012:snapshot/a b",
        "arn:aws:kinesisanalytics:us-east-1:123456789012:application/a",
        "arn:aws:rds:us-east-1:123456789012:snapshot/a",
    };

    for (size_t index = 0; index < COUNT_OF(bad); index++) {
        char name[ENHANCED_NAME_SIZE] = "kept";
        struct app_scope scope;
        cr_assert_not(arn_parse_snapshot(bad[index], &scope, name, &err), "%s", bad[index]);
        cr_assert_eq(err.kind, ERROR_INVALID);
        cr_assert_str_eq(name, "kept");
    }
    cr_assert_not(arn_is_snapshot(bad[5]));
    cr_assert(arn_is_snapshot(bad[3]));
}

Test(arn, of_a_bucket_names_no_directory) {
    static const char *const bad[] = {"bucket", "arn:aws:s3:::", "arn:aws:s3:::..",
                                      "arn:aws:s3:::a/b", "arn:aws:sqs:::a"};
    char bucket[64];

    cr_assert(arn_parse_bucket("arn:aws:s3:::code", bucket, sizeof bucket, &err));
    cr_assert_str_eq(bucket, "code");
    cr_assert_not(arn_parse_bucket("arn:aws:s3:::longer", bucket, 4, &err));
    for (size_t index = 0; index < COUNT_OF(bad); index++)
        cr_assert_not(arn_parse_bucket(bad[index], bucket, sizeof bucket, &err), "%s", bad[index]);
}
