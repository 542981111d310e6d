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

void arn_of_snapshot(const struct app_scope *scope, const char *name, char out[static ARN_SIZE]) {
    (void)text_format(out, ARN_SIZE, "arn:%s:kinesisanalytics:%s:%s:" SNAPSHOT_ENHANCED_PREFIX "%s",
                      partition_of(scope->region), scope->region, scope->account, name);
}

void arn_of_kms(const struct app_scope *scope, const char *kind, const char *name,
                char out[static ARN_SIZE]) {
    (void)text_format(out, ARN_SIZE, "arn:%s:kms:%s:%s:%s%s", partition_of(scope->region),
                      scope->region, scope->account, kind, name);
}

static bool next_part(const char **at, char *out, size_t size_bytes) {
    return text_next_part(at, ":", out, size_bytes) == ':';
}

// Reads "arn:<partition>:kinesisanalytics:<region>:<account>:<kind><name>"; NULL: it is not such a
// one.
static const char *parse_name(const char *arn, const char *kind, struct app_scope *out_scope) {
    char scheme[8];
    char partition[32];
    char service[32];
    const char *at = arn;

    bool is_arn = next_part(&at, scheme, sizeof scheme) && strcmp(scheme, "arn") == 0 &&
                  next_part(&at, partition, sizeof partition) &&
                  next_part(&at, service, sizeof service) &&
                  strcmp(service, "kinesisanalytics") == 0 &&
                  next_part(&at, out_scope->region, sizeof out_scope->region) &&
                  next_part(&at, out_scope->account, sizeof out_scope->account);
    return is_arn && text_starts_with(at, kind) ? at + strlen(kind) : NULL;
}

bool arn_parse_app(const char *arn, struct app_scope *out_scope,
                   char out_name[static APP_NAME_SIZE], struct error *err) {
    struct app_scope scope = {0};
    const char *name = parse_name(arn, "application/", &scope);

    if (name == NULL || text_is_empty(name) || strlen(name) >= APP_NAME_SIZE)
        return error_set(err, ERROR_INVALID, "'%s' is not the ARN of an application", arn);
    (void)text_copy(out_name, APP_NAME_SIZE, name);
    *out_scope = scope;
    return true;
}

bool arn_parse_snapshot(const char *arn, struct app_scope *out_scope,
                        char out_name[static ENHANCED_NAME_SIZE], struct error *err) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    struct app_scope scope = {0};
    const char *name = parse_name(arn, SNAPSHOT_ENHANCED_PREFIX, &scope);

    if (name == NULL || text_is_empty(name) || strlen(name) >= ENHANCED_NAME_SIZE ||
        name[strspn(name, allowed)] != '\0')
        return error_set(err, ERROR_INVALID, "'%s' is not the ARN of a snapshot", arn);
    (void)text_copy(out_name, ENHANCED_NAME_SIZE, name);
    *out_scope = scope;
    return true;
}

bool arn_is_snapshot(const char *arn) {
    struct app_scope scope = {0};

    return parse_name(arn, SNAPSHOT_ENHANCED_PREFIX, &scope) != NULL;
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
