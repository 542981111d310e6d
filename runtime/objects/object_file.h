// One object of a bucket: opens and removes it. `root` is the path of the bucket.
#pragma once

#include "base/file.h"
#include "runtime/objects/object_record.h"
#include "runtime/objects/object_store.h"

struct object_file {
    int fd; // -1: not open
    int64_t size_bytes;
    int64_t modified_ms; // whole seconds, as S3 has them
    struct object_record record;
};

void object_file_release(struct object_file *file);
DEFINE_AUTO_STRUCT(object_file_release, struct object_file);

// Links are followed within the bucket. ERROR_NOT_FOUND: no such object; no file can have the key;
// not a regular file.
MUST_CHECK bool object_file_open(const char *root, const char *key, struct object_file *out,
                                 struct error *err);
// An object that is not there is a success, as in S3. Directories that it leaves empty are removed,
// too: S3 has none. ERROR_CONFIGURATION: the user does not allow it. ERROR_SYSTEM.
MUST_CHECK bool object_file_remove(const struct object_store *store, const char *root,
                                   const char *key, struct error *err);
