// The code store of this machine. Objects come from an S3 endpoint, or are files below a directory
// of buckets. The code is kept in <data>/code (runtime/code/code_directory.h).
#pragma once

#include "runtime/code/s3_source.h"
#include "runtime/code_store.h"

#include <systemd/sd-event.h>

struct file_code_store;

struct file_code_store_options {
    const char *code_directory;
    const char *s3_directory; // <s3_directory>/<bucket>/<key>
    struct s3_options s3;     // endpoint NULL: objects come from s3_directory
    int64_t limit_bytes;      // larger objects are refused
};

MUST_CHECK bool file_code_store_new(sd_event *loop, const struct file_code_store_options *options,
                                    struct file_code_store **out_store, struct error *err);
struct code_port file_code_store_port(struct file_code_store *store);
// Cancels imports that are under way; their callbacks are not called.
void file_code_store_free(struct file_code_store *store);
DEFINE_AUTO(file_code_store_free, struct file_code_store *);
