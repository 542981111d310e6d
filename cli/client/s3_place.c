#include "cli/client/s3_place.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

static const char SCHEME[] = "s3://";
static const char METADATA[] = "/_metadata";
static const char ARN[] = "arn:aws:s3:::";

bool s3_place_read(const char *text, struct s3_place *out_place, struct error *err) {
    const char *bucket = text + strlen(SCHEME);
    const char *slash = text_starts_with(text, SCHEME) ? strchr(bucket, '/') : NULL;
    struct s3_place place;

    if (slash == NULL || slash == bucket || slash[1] == '\0')
        return error_set(err, ERROR_INVALID,
                         "'%s' is not a place in a bucket: use one such as s3://bucket/prefix/",
                         text);
    const char *end = text_ends_with(slash, "/") ? "" : "/";
    if (!text_format(place.bucket, sizeof place.bucket, "%.*s", (int)(slash - bucket), bucket) ||
        !text_format(place.prefix, sizeof place.prefix, "%s%s", slash + 1, end))
        return error_set(err, ERROR_INVALID, "'%s' is too long for a place in a bucket", text);
    *out_place = place;
    return true;
}

void s3_place_of_savepoint(const char *text, char *out, size_t size_bytes) {
    size_t length = strlen(text) - (text_ends_with(text, METADATA) ? strlen(METADATA) : 0);

    (void)text_format(out, size_bytes, "%.*s", (int)length, text);
}

json_t *s3_place_location(const struct s3_place *place) {
    AUTO(memory_free) char *arn = memory_format("%s%s", ARN, place->bucket);
    json_t *location = json_new_object();

    json_put_text(location, "BucketARN", arn);
    json_put_text(location, "KeyPrefix", place->prefix);
    return location;
}

void s3_place_print(const char *bucket_arn, const char *prefix, char *out, size_t size_bytes) {
    const char *colon = strrchr(bucket_arn, ':');

    (void)text_format(out, size_bytes, "%s%s/%s", SCHEME, colon == NULL ? bucket_arn : colon + 1,
                      prefix);
}
