// The objects whose keys begin with a prefix: ListObjectsV2, page after page.
#pragma once

#include "runtime/s3/s3_client.h"
#include "runtime/s3/s3_failure.h"

struct s3_list;

struct s3_list_call {
    const char *bucket; // borrowed for the call
    const char *prefix;
    // Called for each object, with its whole key. False ends the list, which then fails with
    // S3_FAULT_OTHER.
    bool (*visit)(void *userdata, const char *key, int64_t size_bytes);
    s3_end_fn *done;
    void *userdata;
};

struct s3_list *s3_list_begin(struct s3_client *client, const struct s3_list_call *call);
void s3_list_cancel(struct s3_list *list); // NULL is legal
