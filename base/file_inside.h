// Safe access to files that a job can write. In the directories that are writable in a sandbox
// (log, work, jars, checkpoints and snapshots of an application: runtime/local/workspace.h) any
// name may be anything: a FIFO that blocks open(), a link to a secret, a device, a file of a
// terabyte, a directory of a million entries; and a directory may become a link at any time.
// Nothing here blocks. A job runs as the daemon's user and may remove the rights of its
// directories: the functions below restore them (file_regain()).
//
// `root` is a path of which no job can replace a part: the directory of a cluster or an
// application, or a parent of these. It may be a link that kobel made. Everything that a job can
// write to, and therefore rename, must be part of `relative`, which is resolved beneath `root`
// without following links: not `<cluster>/jars/x` and "name", but `<cluster>` and "jars/x/name".
// tests/lint/check_banned.sh rejects the paths that must not be roots.
#pragma once

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILE_INSIDE_ENTRIES_MAX 2000 // read of one directory: takes some milliseconds

// Opens a regular file for reading. ERROR_NOT_FOUND: absent, not a regular file, or the path has a
// link; the message says which.
MUST_CHECK bool file_open_inside(const char *root, const char *relative, int *out_fd,
                                 struct error *err);
// The same for reading and writing.
MUST_CHECK bool file_open_writable_inside(const char *root, const char *relative, int *out_fd,
                                          struct error *err);
// The same for files that a user provides: links are followed as long as they stay beneath `root`,
// and no rights are changed.
MUST_CHECK bool file_open_linked_inside(const char *root, const char *relative, int *out_fd,
                                        struct error *err);
// Opens a directory, to be used with openat() etc., a single name and O_NOFOLLOW. "" is `root`.
MUST_CHECK bool file_open_directory_inside(const char *root, const char *relative, int *out_fd,
                                           struct error *err);
// The same for a directory that a user provides: no rights are changed. ERROR_CONFIGURATION: the
// user does not allow it.
MUST_CHECK bool file_open_users_directory(const char *root, const char *relative, int *out_fd,
                                          struct error *err);
// Is an errno the user's decision: rights, or a read-only file system?
bool file_is_forbidden(int error_number);
bool file_is_regular_inside(const char *root, const char *relative);

// Opens a regular file for appending. It is created if missing, and replaces anything else of that
// name.
MUST_CHECK bool file_open_append_inside(const char *root, const char *relative, int *out_fd,
                                        struct error *err);
// Writes a temporary file and renames it over anything of that name: readers see the old content or
// the new. It does not wait for the disk, so it is only for files that are useless after a restart
// of the machine, such as those of a cluster. ERROR_NOT_FOUND: no such directory, or a link in
// the path.
MUST_CHECK bool file_write_inside(const char *root, const char *relative, const void *bytes,
                                  size_t size_bytes, unsigned mode, struct error *err);
// Creates a directory and its missing parents. An existing directory is a success.
MUST_CHECK bool file_make_directories_inside(const char *root, const char *relative, unsigned mode,
                                             struct error *err);
// ERROR_CONFIGURATION: the user does not allow it. ERROR_INVALID: a part of the path is a file.
MUST_CHECK bool file_make_users_directories(const char *root, const char *relative, unsigned mode,
                                            struct error *err);

// The part of `path` below `root`: "app/log" for "/data/apps/app/log" and "/data/apps". NULL: not
// below it.
const char *file_below(const char *root, const char *path);

// Appends the last bytes of a file, at most `limit_bytes`, to `out`, which must have room for them.
// The file may be of any size and may be written to at the same time.
MUST_CHECK bool file_read_tail_inside(const char *root, const char *relative, size_t limit_bytes,
                                      struct buffer *out, struct error *err);

enum file_kind { FILE_REGULAR, FILE_DIRECTORY, FILE_OTHER };

// Calls `visit` for each entry of a directory but . and .., at most FILE_INSIDE_ENTRIES_MAX
// times and until it returns false; returns false then. A link is FILE_OTHER.
typedef bool file_inside_visit_fn(void *userdata, const char *name, enum file_kind kind,
                                  struct error *err);
MUST_CHECK bool file_list_inside(const char *root, const char *relative,
                                 file_inside_visit_fn *visit, void *userdata, struct error *err);
