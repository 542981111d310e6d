// The work of one slot of a transfer: a list of what is there, or the copy of one file.
#pragma once

#include "base/file_path.h"
#include "runtime/transfer/bucket.h"
#include "runtime/transfer/partial_file.h"
#include "runtime/transfer/transfer_plan.h"
#include "runtime/transfer/tree_walk.h"

#include <systemd/sd-event.h>

struct transfer_settings {
    sd_event *loop;
    struct sync_queue *syncs;
    struct bucket_port buckets;
    char data_directory[FILE_PATH_MAX]; // snapshots are below it
    int64_t first_pause_ms;             // doubled after each failure
};

// Of what the works of a transfer are about. The owner keeps it until all its works are freed.
struct transfer_subject {
    const struct transfer_settings *settings;
    enum transfer_kind kind;
    // The directory of the data directory in which the snapshot is. It may be a link to another
    // file system, and no job can replace it (base/file_inside.h).
    char root[FILE_PATH_MAX];
    char directory[FILE_PATH_MAX]; // of the snapshot, below `root`
    char *bucket;
    char *prefix;
    struct transfer_plan plan;
};

struct transfer_work {
    const struct transfer_subject *subject;
    unsigned number;        // of the slot
    struct plan_file *file; // to be copied
    // Called for each file of a list. False: `refusal` says why, and the list fails.
    bool (*visit)(struct transfer_work *work, const char *name, int64_t size_bytes,
                  struct error *err);
    // Called at most once for each copy, before its end: it only waits for the disk, so that
    // another copy may be begun.
    void (*copied)(struct transfer_work *work);
    // Called once for each beginning, never from within it; NULL = success.
    void (*done)(struct transfer_work *work, const struct bucket_failure *failure);
    void *owner;

    bool is_refused;
    struct error refusal;
    bool has_failed; // found where it cannot be reported at once
    struct bucket_failure failure;
    sd_event_source *turn;
    struct bucket_task *task;
    struct tree_walk *walk;
    int from;                     // export: the file
    struct partial_file *partial; // import: the file
};

void transfer_work_init(struct transfer_work *work);
// Lists the files of the bucket, or of the directory of this machine.
void transfer_work_list(struct transfer_work *work, bool is_of_bucket);
void transfer_work_copy(struct transfer_work *work);
// Cancels it; it can be begun again.
void transfer_work_clear(struct transfer_work *work);
