// What nobody needs any more: renamed below <data>/trash, which takes no time however large it is,
// and removed there by a child process, so that the loop never waits for a disk. What a daemon
// leaves there, the next one removes.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <systemd/sd-event.h>

// Takes `path`, which is on the file system of the data directory, out of the way. Absent is a
// success.
MUST_CHECK bool trash_put(const char *data_directory, const char *path, struct error *err);

struct trash;

// Begins with what lies there already.
MUST_CHECK bool trash_new(sd_event *loop, const char *data_directory, struct trash **out_trash,
                          struct error *err);
// Has removed soon whatever lies there. What cannot be removed, because a process that is ending
// still writes there, is tried again, later each time.
void trash_empty(struct trash *trash);
void trash_free(struct trash *trash);
DEFINE_AUTO(trash_free, struct trash *);
