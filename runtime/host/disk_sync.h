// Waits until files are on the disk, in a child process: fsync() in the loop would block it for as
// long as a busy disk takes.
#pragma once

#include "runtime/host/process.h"

// `done` gets exit status 0 when the file is on the disk. `beside`: another file; NULL = none.
// ERROR_SYSTEM: the child could not be started.
MUST_CHECK bool disk_sync(sd_event *loop, const char *path, const char *beside,
                          process_done_fn *done, void *userdata, struct process **out_process,
                          struct error *err);
// The same for everything of the file system that `path` is on: all files and names of which the
// writing ended before the call.
MUST_CHECK bool disk_sync_file_system(sd_event *loop, const char *path, process_done_fn *done,
                                      void *userdata, struct process **out_process,
                                      struct error *err);
