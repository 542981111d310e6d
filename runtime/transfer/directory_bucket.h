// Buckets that are directories of this machine: <directory>/<bucket>/<key>.
//
// Objects are copies, never hard links: `cp` rewrites a file in place, and a snapshot must not
// change with an object.
#pragma once

#include "base/file_path.h"
#include "runtime/transfer/bucket.h"
#include "runtime/transfer/sync_queue.h"

struct directory_bucket {
    sd_event *loop;
    struct sync_queue *syncs;
    char directory[FILE_PATH_MAX];
};

struct bucket_port directory_bucket_port(struct directory_bucket *bucket);
