// Writes a file to an object: in one request, or in parts where it is large. An upload in parts
// that was interrupted, also by the end of this process, is continued: the parts that the endpoint
// has are not sent again. So the file of a key must not change.
#pragma once

#include "runtime/s3/s3_client.h"
#include "runtime/s3/s3_failure.h"

struct s3_put;

// The limits of the service: parts have 5 MiB or more, but the last one, and at most 10,000.
#define S3_PARTS_MAX 10000

struct s3_put_call {
    const char *bucket; // borrowed for the call
    const char *key;
    int fd; // borrowed until the end
    int64_t size_bytes;
    int64_t parts_from_bytes; // larger files are sent in parts
    int64_t part_bytes;       // more where there would be too many
    s3_end_fn *done;
    void *userdata;
};

struct s3_put *s3_put_begin(struct s3_client *client, const struct s3_put_call *call);
void s3_put_cancel(struct s3_put *put); // NULL is legal

// Pure: how large the parts of a file are.
int64_t s3_put_part_bytes(int64_t size_bytes, int64_t wanted_bytes);
