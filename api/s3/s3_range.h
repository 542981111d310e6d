// Which part of an object is asked for, and whether it is asked for at all. Pure.
#pragma once

#include "api/s3/s3_fault.h"

#include <stdint.h>

struct s3_range {
    bool is_part; // else all of it
    int64_t from_bytes;
    int64_t size_bytes;
};

// `text`: the header Range, or NULL. What is not one range of bytes is ignored, as HTTP says.
// False: InvalidRange.
MUST_CHECK bool s3_range_read(const char *text, int64_t object_bytes, struct s3_range *out,
                              struct s3_fault *fault);
// "bytes=0-99" of CopySourceRange, which has to have both numbers. False: InvalidArgument.
MUST_CHECK bool s3_range_read_copy(const char *text, int64_t object_bytes, struct s3_range *out,
                                   struct s3_fault *fault);

// The conditions of a request, NULL where they are missing.
struct s3_conditions {
    const char *if_match;
    const char *if_none_match;
    const char *if_modified_since;
    const char *if_unmodified_since;
};

// False: PreconditionFailed or NotModified. For a copy the latter is PreconditionFailed, too.
MUST_CHECK bool s3_conditions_check(const struct s3_conditions *conditions, const char *etag,
                                    int64_t modified_ms, bool is_copy, struct s3_fault *fault);
// Without quotation marks and "W/". The caller frees.
char *s3_conditions_etag(const char *text);
