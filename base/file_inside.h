// The door to what a job can write. Below the directories that are writable in a sandbox (log,
// work, jars, checkpoints and snapshots of an application: runtime/workspace.h) anything may lie
// under any name: a FIFO that blocks whoever opens it, a link to a secret, a device, a file of a
// terabyte, a directory of a million entries. `root` is a path of kobel's own and may be a link
// that kobel made; `relative` lies below it and is followed beneath it only, through no link.
// Nothing here blocks.
#pragma once

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILE_INSIDE_ENTRIES_MAX 2000 // of one directory that are looked at: some milliseconds

// Opens a regular file for reading. ERROR_NOT_FOUND: nothing is there, or no regular file, or a
// link is on the way; the message says which.
MUST_CHECK bool file_open_inside(const char *root, const char *relative, int *out_fd,
                                 struct error *err);
// The same for reading and writing.
MUST_CHECK bool file_open_writable_inside(const char *root, const char *relative, int *out_fd,
                                          struct error *err);
// Opens a directory, for openat() and the like with a single name and O_NOFOLLOW. "" is `root`.
MUST_CHECK bool file_open_directory_inside(const char *root, const char *relative, int *out_fd,
                                           struct error *err);
bool file_is_regular_inside(const char *root, const char *relative);

// Opens a regular file in `root` for appending, which is made if it is missing and takes the place
// of what is no regular file. A name, not a path.
MUST_CHECK bool file_open_append_inside(const char *root, const char *name, int *out_fd,
                                        struct error *err);
// Makes a directory and its missing parents. An existing directory is a success.
MUST_CHECK bool file_make_directories_inside(const char *root, const char *relative, unsigned mode,
                                             struct error *err);

// What `path` is below `root`: "app/log" of "/data/apps/app/log" below "/data/apps". NULL: it does
// not lie there.
const char *file_below(const char *root, const char *path);

// Reads the last bytes of a file, at most `limit_bytes`, however large it is and whoever writes to
// it meanwhile. Appends to `out`, which must have room for them.
MUST_CHECK bool file_read_tail_inside(const char *root, const char *relative, size_t limit_bytes,
                                      struct buffer *out, struct error *err);

enum file_kind { FILE_REGULAR, FILE_DIRECTORY, FILE_OTHER };

// Calls `visit` for each entry of a directory but . and .., in the order of the directory, at most
// FILE_INSIDE_ENTRIES_MAX times; stops and returns false when it does. A link is FILE_OTHER.
typedef bool file_inside_visit_fn(void *userdata, const char *name, enum file_kind kind,
                                  struct error *err);
MUST_CHECK bool file_list_inside(const char *root, const char *relative,
                                 file_inside_visit_fn *visit, void *userdata, struct error *err);
