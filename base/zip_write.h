// Writes a zip archive, through libarchive. The same entries in the same order give the same bytes:
// no time, owner or mode of a file is in it.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>

struct zip_write;

// Writes to `fd`, which stays open and belongs to the caller.
MUST_CHECK bool zip_write_open(int fd, struct zip_write **out_zip, struct error *err);
// `name` is UTF-8 and relative, with '/' between its parts. Each name may be added once.
MUST_CHECK bool zip_write_bytes(struct zip_write *zip, const char *name, const void *bytes,
                                size_t size_bytes, struct error *err);
// The content of a regular file. ERROR_CONFLICT: it changes meanwhile. ERROR_SYSTEM: it cannot be
// read.
MUST_CHECK bool zip_write_file(struct zip_write *zip, const char *name, const char *path,
                               struct error *err);
// Completes the archive: without that it is not valid.
MUST_CHECK bool zip_write_end(struct zip_write *zip, struct error *err);
void zip_write_free(struct zip_write *zip);
DEFINE_AUTO(zip_write_free, struct zip_write *);
