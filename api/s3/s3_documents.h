// The documents that clients send: which objects to delete, and which parts an object has. Pure.
#pragma once

#include "api/s3/s3_fault.h"
#include "runtime/objects/object_parts.h"

#define S3_DELETION_MAX 1000

struct s3_deletion {
    char *keys[S3_DELETION_MAX]; // owned
    int count;
    bool is_quiet;
};

// To be released also when it fails: MalformedXML, NoSuchVersion.
MUST_CHECK bool s3_deletion_read(const char *bytes, size_t size_bytes, struct s3_deletion *out,
                                 struct s3_fault *fault);
void s3_deletion_release(struct s3_deletion *deletion);

struct s3_completion_part {
    int number;
    char etag[OBJECT_ETAG_SIZE]; // without quotation marks
};

struct s3_completion {
    struct s3_completion_part parts[OBJECT_PARTS_MAX];
    int count;
};

// MalformedXML, InvalidPart, InvalidPartOrder.
MUST_CHECK bool s3_completion_read(const char *bytes, size_t size_bytes, struct s3_completion *out,
                                   struct s3_fault *fault);
