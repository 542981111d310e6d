// The transport of snapshots of this machine: from the data directory to buckets and back. Buckets
// are at an S3 endpoint, or are directories.
#pragma once

#include "runtime/s3/s3_client.h"
#include "runtime/snapshot_transfer.h"

struct bucket_transfers;

struct bucket_transfers_options {
    const char *data_directory; // snapshots are below it
    const char *s3_directory;   // <s3_directory>/<bucket>/<key>
    struct s3_options s3;       // endpoint NULL: buckets are directories of s3_directory
    // 0 = the usual value. Files above the first are sent in parts of the second.
    int64_t parts_from_bytes;
    int64_t part_bytes;
    int64_t first_pause_ms; // of repeated steps
};

MUST_CHECK bool bucket_transfers_new(sd_event *loop, const struct bucket_transfers_options *options,
                                     struct bucket_transfers **out_transfers, struct error *err);
struct snapshot_transfer_port bucket_transfers_port(struct bucket_transfers *transfers);
// Cancels what is under way; the callbacks are not called.
void bucket_transfers_free(struct bucket_transfers *transfers);
DEFINE_AUTO(bucket_transfers_free, struct bucket_transfers *);
