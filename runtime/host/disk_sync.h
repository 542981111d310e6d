// Waits until a file is on the disk, in a child process: fsync() in the loop would block it for as
// long as a busy disk takes.
#pragma once

#include "runtime/host/process.h"

// `done` gets exit status 0 when the file is on the disk. `beside`: another file; NULL = none.
// ERROR_SYSTEM: the child could not be started.
MUST_CHECK bool disk_sync(sd_event *loop, const char *path, const char *beside,
                          process_done_fn *done, void *userdata, struct process **out_process,
                          struct error *err);
