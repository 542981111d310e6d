// The code store on this machine: objects come from an S3 endpoint or are files below a directory
// of buckets; code lies in <data>/code, as <sha256> of what was given, and when that is a zip
// around a jar, the jar as <sha256>.jar beside it.
#pragma once

#include "base/file.h"
#include "runtime/code/s3_source.h"
#include "runtime/code_store.h"

#include <systemd/sd-event.h>

struct code_store;

struct code_store_options {
    const char *code_directory;
    const char *s3_directory; // <s3_directory>/<bucket>/<key>
    struct s3_options s3;     // endpoint NULL: the directory is what there is
    int64_t limit_bytes;      // larger objects are refused
};

MUST_CHECK bool code_store_new(sd_event *loop, const struct code_store_options *options,
                               struct code_store **out_store, struct error *err);
struct code_port code_store_port(struct code_store *store);
// Drops imports that are under way; their callbacks are not called.
void code_store_free(struct code_store *store);
DEFINE_AUTO(code_store_free, struct code_store *);
