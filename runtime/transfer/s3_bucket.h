// The buckets of an S3 endpoint.
#pragma once

#include "runtime/s3/s3_client.h"
#include "runtime/transfer/bucket.h"

// Files that are larger than `parts_from_bytes` are sent in parts.
struct s3_bucket {
    struct s3_client *client;
    int64_t parts_from_bytes;
    int64_t part_bytes;
};

struct bucket_port s3_bucket_port(struct s3_bucket *bucket);
