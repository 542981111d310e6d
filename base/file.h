// Files and folders. Everything is opened close-on-exec. Errors are ERROR_SYSTEM unless said
// otherwise.
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

// Hands a descriptor over: its value; the place holds -1 afterwards.
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
// ERROR_INVALID: it is too long or not UTF-8.
MUST_CHECK bool file_make_directories(const char *path, unsigned mode, struct error *err);

// Reads a regular file, which never waits for anybody. ERROR_NOT_FOUND: no such file. ERROR_LIMIT:
// larger than the buffer's limit. ERROR_INVALID: something else lies there, as a FIFO.
MUST_CHECK bool file_read(const char *path, struct buffer *out, struct error *err);
// The same of what a user names on a command line, which may be a pipe or a terminal. Not for the
// daemon: it waits.
MUST_CHECK bool file_read_or_wait(const char *path, struct buffer *out, struct error *err);

// Writes all of it, whatever interrupts; false with errno otherwise.
bool file_write_all(int fd, const void *from, size_t size_bytes);

// Writes a neighbour, fsyncs and renames it: readers see the old content or the new, never a part,
// also after the machine has stopped. Waits for the disk: not for the loop
// (runtime/host/disk_sync.h).
MUST_CHECK bool file_write_atomically(const char *path, const void *bytes, size_t size_bytes,
                                      unsigned mode, struct error *err);

// Gives the owner of a directory all rights to it again, which a program of the same user may have
// taken (mode 0555): nothing in it could be removed or renamed, nor it be moved to another place.
// What is no directory, or not ours, is left alone. `fd` may be opened as a path only (O_PATH).
void file_regain(int fd);
void file_regain_at(int parent, const char *name); // through no link

// Removes a file or a whole tree, however deeply nested and whatever rights its directories have,
// without following links. What cannot be removed does not keep the rest; false then. Absent is a
// success.
MUST_CHECK bool file_remove_tree(const char *path, struct error *err);

// Bytes on disk (st_blocks) below `path`; 0 when absent.
int64_t file_tree_size_bytes(const char *path);

// Calls `visit` for every entry but . and .. in byte order; stops and returns false when it does.
// Names that are not UTF-8 are passed over: kobel made none of them.
typedef bool file_visit_fn(void *userdata, const char *name, bool is_directory, struct error *err);
MUST_CHECK bool file_list(const char *path, file_visit_fn *visit, void *userdata,
                          struct error *err);
