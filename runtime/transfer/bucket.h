// A bucket, wherever it is: an S3 endpoint (s3_bucket.h) or a directory (directory_bucket.h). Plain
// data and a table of functions.
#pragma once

#include "runtime/snapshot_transfer.h"

#include <stdbool.h>
#include <stdint.h>

struct bucket_failure {
    enum transfer_fault fault;
    bool may_pass; // the same may succeed later
    char reason[TRANSFER_REASON_SIZE];
};

// Called once, never from within the call that began the task; NULL = success.
typedef void bucket_end_fn(void *userdata, const struct bucket_failure *failure);
// Called at most once before the end, never from within the call that began the task: the copy is
// made, `fd` is not read any more, and what is left is the wait for the disk.
typedef void bucket_copied_fn(void *userdata);
// False ends a list, which then fails.
typedef bool bucket_visit_fn(void *userdata, const char *name, int64_t size_bytes);

// The first member of the tasks of an implementation. It is gone when its end is called.
struct bucket_task {
    void (*cancel)(struct bucket_task *task);
};

struct bucket_call {
    const char *bucket; // all texts are borrowed for the call
    const char *prefix; // ends with '/'
    const char *name;   // of one object below the prefix
    int fd;             // get: an empty file; put: the file to be read. Borrowed until the end
    int64_t size_bytes; // get: as the list said; put
    unsigned slot;      // put: no other task below this prefix has it
    bucket_visit_fn *visit;
    bucket_copied_fn *copied; // put
    bucket_end_fn *done;
    void *userdata;
};

struct bucket_ops {
    // Names of objects may be lost in a power cut until `_metadata` is put.
    bool is_on_disk;
    // NULL: it cannot be begun, and *out_failure is filled.
    struct bucket_task *(*list)(void *self, const struct bucket_call *call,
                                struct bucket_failure *out_failure);
    struct bucket_task *(*get)(void *self, const struct bucket_call *call,
                               struct bucket_failure *out_failure);
    // The object is complete when the end is called, and absent before.
    struct bucket_task *(*put)(void *self, const struct bucket_call *call,
                               struct bucket_failure *out_failure);
};

// An implementation and its object, passed by value.
struct bucket_port {
    const struct bucket_ops *ops;
    void *self;
};

static inline void bucket_task_cancel(struct bucket_task *task) {
    if (task != NULL) task->cancel(task);
}

// What failed on this machine. What never passes: a missing file, what cannot be a file, and what
// the user does not allow (ERROR_CONFIGURATION).
struct bucket_failure bucket_failure_of(const struct error *err);
