// The directory of buckets, <directory>/<bucket>/<key>, and its buckets.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file_path.h"

#include <stdint.h>
#include <systemd/sd-event.h>

struct sweeper;

struct object_store {
    sd_event *loop; // borrowed
    struct sweeper *sweeper;
    char directory[FILE_PATH_MAX];
};

// Removes what an earlier daemon has left unfinished in the buckets: objects that were being
// written, and uploads in parts that are older than a week.
void object_store_open(struct object_store *store, sd_event *loop, const char *directory);
void object_store_close(struct object_store *store); // also one that is all zero

// The path of a bucket, which may be a link to a directory. False: there is none of that name.
bool object_store_bucket(const struct object_store *store, const char *name,
                         char out_root[static FILE_PATH_MAX]);
// When it was made. False: there is none of that name.
bool object_store_made_ms(const struct object_store *store, const char *name, int64_t *out_ms);
// ERROR_INVALID: not a name of a bucket. ERROR_EXISTS. ERROR_CONFIGURATION: the user does not allow
// it. ERROR_SYSTEM.
MUST_CHECK bool object_store_add_bucket(const struct object_store *store, const char *name,
                                        struct error *err);
// ERROR_NOT_FOUND. ERROR_CONFLICT: it is not empty. ERROR_CONFIGURATION, ERROR_SYSTEM.
MUST_CHECK bool object_store_remove_bucket(const struct object_store *store, const char *name,
                                           struct error *err);
