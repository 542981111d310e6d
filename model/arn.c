#include "model/arn.h"

#include "base/text.h"

#include <string.h>

static const char *partition_of(const char *region) {
    if (text_starts_with(region, "cn-")) return "aws-cn";
    if (text_starts_with(region, "us-gov-")) return "aws-us-gov";
    return "aws";
}

void arn_of_app(const struct app_scope *scope, const char *name, char out[static ARN_SIZE]) {
    (void)text_format(out, ARN_SIZE, "arn:%s:kinesisanalytics:%s:%s:application/%s",
                      partition_of(scope->region), scope->region, scope->account, name);
}

static bool next_part(const char **at, char *out, size_t size_bytes) {
    return text_next_part(at, ":", out, size_bytes) == ':';
}

bool arn_parse_app(const char *arn, struct app_scope *out_scope,
                   char out_name[static APP_NAME_SIZE], struct error *err) {
    static const char kind[] = "application/";
    struct app_scope scope = {0};
    char scheme[8];
    char partition[32];
    char service[32];
    const char *at = arn;

    bool is_arn = next_part(&at, scheme, sizeof scheme) && strcmp(scheme, "arn") == 0 &&
                  next_part(&at, partition, sizeof partition) &&
                  next_part(&at, service, sizeof service) &&
                  strcmp(service, "kinesisanalytics") == 0 &&
                  next_part(&at, scope.region, sizeof scope.region) &&
                  next_part(&at, scope.account, sizeof scope.account);
    if (!is_arn || !text_starts_with(at, kind) || text_is_empty(at + strlen(kind)) ||
        strlen(at + strlen(kind)) >= APP_NAME_SIZE)
        return error_set(err, ERROR_INVALID, "'%s' is not the ARN of an application", arn);
    (void)text_copy(out_name, APP_NAME_SIZE, at + strlen(kind));
    *out_scope = scope;
    return true;
}

bool arn_parse_bucket(const char *arn, char *out_bucket, size_t size_bytes, struct error *err) {
    const char *bucket = strstr(arn, ":s3:::");

    if (!text_starts_with(arn, "arn:") || bucket == NULL)
        return error_set(err, ERROR_INVALID, "'%s' is not the ARN of a bucket", arn);
    bucket += strlen(":s3:::");
    if (bucket[0] == '\0' || bucket[0] == '.' || strchr(bucket, '/') != NULL ||
        !text_copy(out_bucket, size_bytes, bucket))
        return error_set(err, ERROR_INVALID, "'%s' is not the name of a bucket", bucket);
    return true;
}
