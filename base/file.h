// Files and directories. Everything is opened close-on-exec. ERROR_SYSTEM unless stated otherwise.
#pragma once

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file_path.h"

#include <stdint.h>

void file_close(int fd); // keeps errno; -1 is legal
static inline __attribute__((unused)) void auto_file_close(int *place) {
    if (*place >= 0) file_close(*place);
}

// Moves a descriptor out: its value; the place then holds -1.
static inline int file_take(int *place) {
    int fd = *place;
    *place = -1;
    return fd;
}

// Joins with single slashes. ERROR_INVALID when the result does not fit or a part is not UTF-8.
MUST_CHECK bool file_join(char *out, size_t size_bytes, struct error *err, const char *first, ...)
    __attribute__((sentinel));

bool file_exists(const char *path);
bool file_is_directory(const char *path);

// Creates `path` and its missing parents with `mode`. An existing directory is a success.
// ERROR_INVALID: too long, or not UTF-8.
MUST_CHECK bool file_make_directories(const char *path, unsigned mode, struct error *err);

// Reads a regular file; never blocks on another process. ERROR_NOT_FOUND: no such file.
// ERROR_LIMIT: larger than the buffer's limit. ERROR_INVALID: not a regular file, such as a FIFO.
MUST_CHECK bool file_read(const char *path, struct buffer *out, struct error *err);
// The same for a file named on a command line, which may be a pipe or a terminal. It blocks, so it
// is not for the daemon.
MUST_CHECK bool file_read_or_wait(const char *path, struct buffer *out, struct error *err);

// Writes everything, also after signals; false with errno on failure.
bool file_write_all(int fd, const void *from, size_t size_bytes);

// Writes a temporary file beside `path`, fsyncs and renames it: readers see the old content or the
// new, never a part, also after a power failure. It waits for the disk, so it is not for the loop
// (runtime/host/disk_sync.h).
MUST_CHECK bool file_write_atomically(const char *path, const void *bytes, size_t size_bytes,
                                      unsigned mode, struct error *err);

// Restores the owner's rights to a directory. A program of the same user may have removed them
// (mode 0555), and then nothing in it can be removed or renamed. Does nothing to other
// files and to what belongs to another user. `fd` may be opened with O_PATH.
void file_regain(int fd);
void file_regain_at(int parent, const char *name); // does not follow a link

// Removes a file or a tree of any depth, also from directories without rights, and follows no link.
// Removes as much as it can; false: something is left. An absent path is a success.
MUST_CHECK bool file_remove_tree(const char *path, struct error *err);

// The bytes on disk (st_blocks) of `path` and everything below it; 0 when absent.
int64_t file_tree_size_bytes(const char *path);

// Calls `visit` for every entry but . and .. in byte order, until it returns false; returns false
// then. Names that are not UTF-8 are skipped: kobel made none of them.
typedef bool file_visit_fn(void *userdata, const char *name, bool is_directory, struct error *err);
MUST_CHECK bool file_list(const char *path, file_visit_fn *visit, void *userdata,
                          struct error *err);
