// Where the files of a snapshot are in a bucket: s3://bucket/prefix/.
#pragma once

#include "base/json.h"

// A prefix has at most 200 characters, which the service checks.
enum { S3_PLACE_BUCKET_SIZE = 64, S3_PLACE_PREFIX_SIZE = 804 };

struct s3_place {
    char bucket[S3_PLACE_BUCKET_SIZE];
    char prefix[S3_PLACE_PREFIX_SIZE]; // ends with '/'
};

// Adds a '/' to the prefix that has none. ERROR_INVALID: not such a place.
MUST_CHECK bool s3_place_read(const char *text, struct s3_place *out_place, struct error *err);
// A savepoint may be named by its file: copies `text` without "/_metadata" at the end. For a
// directory of this machine, too.
void s3_place_of_savepoint(const char *text, char *out, size_t size_bytes);
// {"BucketARN": ..., "KeyPrefix": ...}
json_t *s3_place_location(const struct s3_place *place);
// The inverse: "s3://bucket/prefix/" of a BucketARN and a prefix.
void s3_place_print(const char *bucket_arn, const char *prefix, char *out, size_t size_bytes);
