// Reads an archive entry by entry, through libarchive.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

struct archive_file;

enum archive_kind {
    ARCHIVE_KIND_ZIP,           // in the order of the file, without its central directory
    ARCHIVE_KIND_ZIP_DIRECTORY, // by the central directory: skipping an entry costs nothing
    ARCHIVE_KIND_ANY,           // tar, compressed or not, or zip
};

// ERROR_INVALID: not an archive of this kind, or damaged; the message is libarchive's reason.
MUST_CHECK bool archive_file_open(const char *path, enum archive_kind kind,
                                  struct archive_file **out_archive, struct error *err);
// The one entry of a zip whose local header is at `position_bytes` of the file `fd`, which is moved
// and stays open. Entries after it are not for use.
MUST_CHECK bool archive_file_open_entry(int fd, int64_t position_bytes,
                                        struct archive_file **out_archive, struct error *err);
// Moves to the next entry. `*out_name` is NULL at the end, and "" for an entry that is not a
// regular file or whose name cannot be read. It is valid until the next call.
MUST_CHECK bool archive_file_next(struct archive_file *archive, const char **out_name,
                                  struct error *err);
// Reads up to `size_bytes` of the entry; 0 at its end.
MUST_CHECK bool archive_file_read(struct archive_file *archive, void *block, size_t size_bytes,
                                  size_t *out_got_bytes, struct error *err);
// How much of the archive file has been read.
int64_t archive_file_position_bytes(const struct archive_file *archive);
void archive_file_close(struct archive_file *archive);
DEFINE_AUTO(archive_file_close, struct archive_file *);
