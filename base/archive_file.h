// An archive that is read from its beginning to its end, through libarchive.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

struct archive_file;

enum archive_kind {
    ARCHIVE_KIND_ZIP,           // entry by entry, whatever its directory says
    ARCHIVE_KIND_ZIP_DIRECTORY, // by its directory: entries that nobody reads cost nothing
    ARCHIVE_KIND_ANY,           // tar, compressed or not, or zip
};

// ERROR_INVALID: it is no such archive, or damaged; the text is libarchive's reason alone.
MUST_CHECK bool archive_file_open(const char *path, enum archive_kind kind,
                                  struct archive_file **out_archive, struct error *err);
// Goes to the next entry. `*out_name` is NULL at the end and "" for what is no regular file of its
// own or has no name that can be read; it lives until the next call.
MUST_CHECK bool archive_file_next(struct archive_file *archive, const char **out_name,
                                  struct error *err);
// Some of the entry's bytes; 0 at its end.
MUST_CHECK bool archive_file_read(struct archive_file *archive, void *block, size_t size_bytes,
                                  size_t *out_got_bytes, struct error *err);
// How much of the file was read so far.
int64_t archive_file_position_bytes(const struct archive_file *archive);
void archive_file_close(struct archive_file *archive);
DEFINE_AUTO(archive_file_close, struct archive_file *);
