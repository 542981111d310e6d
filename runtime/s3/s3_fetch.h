// Writes an object to a file, from the file's beginning.
#pragma once

#include "runtime/s3/s3_client.h"
#include "runtime/s3/s3_failure.h"

struct s3_fetch;

struct s3_fetch_call {
    const char *bucket; // borrowed for the call
    const char *key;
    int fd;             // empty; borrowed until the end
    int64_t size_bytes; // as the list said; a larger object is S3_FAULT_CHANGED
    s3_end_fn *done;
    void *userdata;
};

struct s3_fetch *s3_fetch_begin(struct s3_client *client, const struct s3_fetch_call *call);
void s3_fetch_cancel(struct s3_fetch *fetch); // NULL is legal
