// The keys of objects, and the paths that hold them: a key is the path of a file in its bucket
// (docs/s3.md). Pure.
#pragma once

#include "base/error.h"

#include <stdbool.h>

#define OBJECT_KEY_MAX_BYTES 1024

// Names that begin so are kobel's, at every level of a bucket, and no key has them.
#define OBJECT_KEY_RESERVED ".kobel-"
// Stands for the object "a/b/", which programs write to show an empty directory a/b.
#define OBJECT_KEY_MARKER ".kobel-directory"
// Unfinished objects, in the bucket.
#define OBJECT_KEY_STAGING ".kobel-uploads"

// Can a file have that key? ERROR_LIMIT: longer than S3 allows. ERROR_INVALID: S3 takes it, and a
// directory does not: an empty part ("a//b"), ".", "..", a part of more than 255 bytes, a name of
// kobel's, or bytes that are not UTF-8.
MUST_CHECK bool object_key_check(const char *key, struct error *err);
// The path in the bucket of a key that passed the check. The caller frees.
char *object_key_path(const char *key);
