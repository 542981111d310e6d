// A file that gets its name only when it is complete and on the disk: until then it has another
// name in the directory of the transfer.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"
#include "runtime/transfer/sync_queue.h"

#define PARTIAL_FILE_SLOTS 32 // files that are unfinished at the same time

struct partial_file;

struct partial_file_call {
    const char *root;      // of base/file_inside.h; both are borrowed for the call
    const char *directory; // of the transfer, below `root`
    const char *name;      // may have directories, which are made
    unsigned slot;         // below PARTIAL_FILE_SLOTS; no other unfinished file has it
    unsigned mode;         // of the file
    unsigned directory_mode;
    bool is_users; // the directories are a user's: no rights are changed
};

// Replaces what an earlier transfer left under the same slot. ERROR_SYSTEM, ERROR_INVALID.
// ERROR_CONFIGURATION: the user does not allow it.
MUST_CHECK bool partial_file_open(const struct partial_file_call *call,
                                  struct partial_file **out_file, struct error *err);
int partial_file_fd(const struct partial_file *file);

// Called once, never from within the call below; `err` NULL: the file has its name. Where it is
// `_metadata`, all files of the transfer and their names are on the disk then.
typedef void partial_file_done_fn(void *userdata, const struct error *err);
// It is closed: the descriptor is not valid any more. ERROR_SYSTEM.
MUST_CHECK bool partial_file_commit(struct partial_file *file, struct sync_queue *syncs,
                                    partial_file_done_fn *done, void *userdata, struct error *err);
// Removes it if it is not complete. NULL is legal.
void partial_file_free(struct partial_file *file);
DEFINE_AUTO(partial_file_free, struct partial_file *);
