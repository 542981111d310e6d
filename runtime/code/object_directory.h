// A directory of buckets instead of an S3 endpoint: <directory>/<bucket>/<key>.
#pragma once

#include "runtime/code_store.h"

// Opens the object of a CODE_SOURCE_S3 for reading. Neither ".." nor a link leads out of its
// bucket. ERROR_NOT_FOUND: no such object, or it is not a regular file, such as a FIFO, which is
// refused without waiting for it.
MUST_CHECK bool object_directory_open(const char *directory, const struct code_source *source,
                                      int *out_fd, struct error *err);
