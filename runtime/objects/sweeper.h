// Removes large files in a child process: to free the blocks of one takes the kernel too long for a
// turn of the loop. They lie in staging directories, whose files no reader sees, and which the next
// daemon cleans.
#pragma once

#include "base/cleanup.h"

#include <stdint.h>
#include <systemd/sd-event.h>

// Smaller files are removed at once.
#define SWEEPER_LARGE_BYTES ((int64_t)4 << 20)

struct sweeper;

struct sweeper *sweeper_new(sd_event *loop);
// Files that are not removed yet stay.
void sweeper_free(struct sweeper *sweeper); // NULL is legal
DEFINE_AUTO(sweeper_free, struct sweeper *);
// `root`: the bucket; `name`: in its staging directory. Both are copied.
void sweeper_add(struct sweeper *sweeper, const char *root, const char *name);
