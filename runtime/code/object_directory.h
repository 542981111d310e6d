// A directory of buckets instead of an S3 endpoint: <directory>/<bucket>/<key>.
#pragma once

#include "runtime/code_store.h"

// Opens the object of a CODE_SOURCE_S3 for reading. No link leads out of its bucket. The only
// version of an object is "null", as in a bucket without versions. ERROR_NOT_FOUND: no such object
// or version, a key that is not the path of a file ("a//b", "../b"), or not a regular file, such as
// a FIFO, which is refused without waiting for it.
MUST_CHECK bool object_directory_open(const char *directory, const struct code_source *source,
                                      int *out_fd, struct error *err);
