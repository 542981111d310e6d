// Unpacks archives that are not trusted: only regular files and directories, never outside the
// target, with limits.
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

// Says where an entry goes: writes its new relative path, or returns false to leave it out.
typedef bool archive_select_fn(const char *entry_path, char *out_path, size_t size_bytes);
typedef void archive_progress_fn(void *userdata, double fraction);

struct archive_unpack_options {
    const char *archive_path; // tar (any compression) or zip
    const char *target_directory;
    archive_select_fn *select;
    int64_t limit_bytes; // of all that is unpacked
    int64_t limit_entries;
    archive_progress_fn *progress; // may be NULL
    void *userdata;
};

// ERROR_INVALID: not an archive, a damaged one, or one with an entry outside of the target.
// ERROR_LIMIT: it is too large.
MUST_CHECK bool archive_unpack(const struct archive_unpack_options *options, struct error *err);
