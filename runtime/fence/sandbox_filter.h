// The seccomp filter of all levels but `none`.
#pragma once

#include "base/error.h"

#include <stddef.h>

// A seccomp program, in the kernel's form.
struct sandbox_filter {
    unsigned char program[8192];
    size_t size_bytes;
};

// The filter of a level with or without namespaces.
MUST_CHECK bool sandbox_filter_build(bool has_namespaces, struct sandbox_filter *out_filter,
                                     struct error *err);
