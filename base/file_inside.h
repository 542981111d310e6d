// The door to what a job can write. Below the directories that are writable in a sandbox (log,
// work, jars, checkpoints and snapshots of an application: runtime/local/workspace.h) anything may
// lie under any name: a FIFO that blocks whoever opens it, a link to a secret, a device, a file of
// a terabyte, a directory of a million entries; and what is a directory now may be a link the next
// time. Nothing here blocks. A job, which has the daemon's user, may take rights from its
// directories: whoever comes by here gets them back (file_regain()).
//
// `root` is a path that no job can replace any part of: the directory of a cluster or of an
// application, or what these lie in. It is opened by its name and may be a link that kobel made.
// All that a job may write to, and so rename, is said in `relative`, which is followed beneath
// `root` only, through no link: never `<cluster>/jars/x` and "name", but `<cluster>` and
// "jars/x/name". tests/lint/check_banned.sh knows the paths that are no roots.
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
// The same for reading what no job but a user lays down: links may be on the way as long as they
// lead nowhere out, and no directory is given other rights.
MUST_CHECK bool file_open_linked_inside(const char *root, const char *relative, int *out_fd,
                                        struct error *err);
// Opens a directory, for openat() and the like with a single name and O_NOFOLLOW. "" is `root`.
MUST_CHECK bool file_open_directory_inside(const char *root, const char *relative, int *out_fd,
                                           struct error *err);
bool file_is_regular_inside(const char *root, const char *relative);

// Opens a regular file for appending, which is made if it is missing and takes the place of what is
// no regular file.
MUST_CHECK bool file_open_append_inside(const char *root, const char *relative, int *out_fd,
                                        struct error *err);
// Writes a neighbour and renames it, which replaces whatever lies there: readers see the old
// content or the new. It is not waited for the disk: only for what is of no use once the machine
// has stopped, as all in the directory of a cluster. ERROR_NOT_FOUND: the directory is not there,
// or a link is on the way.
MUST_CHECK bool file_write_inside(const char *root, const char *relative, const void *bytes,
                                  size_t size_bytes, unsigned mode, struct error *err);
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
