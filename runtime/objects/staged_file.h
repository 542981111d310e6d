// A file that gets its name in a bucket only when it is complete and on the disk. Until then it
// lies in a directory of kobel's in the same bucket, so that readers see the whole object or none.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"
#include "runtime/objects/object_record.h"
#include "runtime/objects/object_store.h"

#include <systemd/sd-event.h>

struct staged_file;

// Once, from the loop; NULL: all bytes are on the disk. ERROR_UNAVAILABLE: they could not be
// written, as on a full disk.
typedef void staged_file_done_fn(void *userdata, const struct error *err);

// `root`: the bucket. `expected_bytes`: 0 = not known. ERROR_UNAVAILABLE: the disk has not that
// much space. ERROR_CONFIGURATION: the user does not allow it. ERROR_SYSTEM.
MUST_CHECK bool staged_file_open(const struct object_store *store, const char *root,
                                 int64_t expected_bytes, struct staged_file **out_file,
                                 struct error *err);
// Ends what is under way; removes the file if it has no name. NULL is legal.
void staged_file_free(struct staged_file *file);
DEFINE_AUTO(staged_file_free, struct staged_file *);

// --- its bytes: from a stream, from a part of a file, or from several files ---

// `ready`: called from the loop when staged_file_is_full() is not true any more.
void staged_file_begin_stream(struct staged_file *file, void (*ready)(void *userdata),
                              void *userdata);
// ERROR_UNAVAILABLE.
MUST_CHECK bool staged_file_add(struct staged_file *file, const void *bytes, size_t size_bytes,
                                struct error *err);
bool staged_file_is_full(const struct staged_file *file);
void staged_file_finish_stream(struct staged_file *file, staged_file_done_fn *done, void *userdata);

// `fd` is borrowed until the end. ERROR_SYSTEM: no child could be started.
MUST_CHECK bool staged_file_copy(struct staged_file *file, int fd, int64_t from_bytes,
                                 int64_t size_bytes, staged_file_done_fn *done, void *userdata,
                                 struct error *err);
// `paths`: absolute, ended by NULL, in their order; borrowed until the end. ERROR_SYSTEM.
MUST_CHECK bool staged_file_join(struct staged_file *file, const char *const *paths,
                                 staged_file_done_fn *done, void *userdata, struct error *err);

// --- its name ---

enum staged_file_condition {
    STAGED_FILE_ALWAYS,
    STAGED_FILE_IF_ABSENT,
    STAGED_FILE_IF_MATCH, // an object with `etag` is there
};

struct staged_file_place {
    const char *path; // in the bucket; missing directories are made
    const char *key;  // of the object there, for a condition
    enum staged_file_condition condition;
    const char *etag; // "*": any
};

// Writes the record and renames the file, in one turn: of two with a condition one wins. Gives back
// the ETag as it will be read. ERROR_STALE: the condition does not hold. ERROR_NOT_FOUND: there is
// no object to match. ERROR_INVALID: a part of the path is an object, or `path` is a directory.
// ERROR_LIMIT: as object_record_write(). ERROR_CONFIGURATION, ERROR_SYSTEM.
MUST_CHECK bool staged_file_place(struct staged_file *file, const struct object_record *record,
                                  const struct staged_file_place *place,
                                  char out_etag[static OBJECT_ETAG_SIZE], struct error *err);

// Removes files that an earlier daemon left, and uploads in parts that began before.
void staged_file_remove_left(const char *root, int64_t before_ms);
