// Files to be removed. They are renamed into <data>/trash, which is quick for any size, and a child
// process removes them there, so that the loop never waits for the disk. Rights that a job has
// removed from its directories do not matter. The next daemon removes what one has left. Where
// <data>/apps lies on another file system, its trash is <data>/apps/.trash.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>
#include <systemd/sd-event.h>

// Moves `path`, which lies below the data directory, to the trash; a link is moved itself, and no
// link in the path is followed. An absent path is a success. On a failure it stays where it is.
MUST_CHECK bool trash_put(const char *data_directory, const char *path, struct error *err);

struct trash_options {
    const char *remover; // called as `kobel-launch --parent PID --remove -- PATH...`
    // For tests.
    uint64_t retry_us;   // after the first failure, doubled with each; 0 = a second
    int *reported_tries; // out: failed tries when the warning was logged; may be NULL
};

struct trash;

// Removes first what lies there already. What cannot be removed, for example because a process that
// is ending still writes there, is tried again later; after some tries a warning is logged.
MUST_CHECK bool trash_new(sd_event *loop, const char *data_directory,
                          const struct trash_options *options, struct trash **out_trash,
                          struct error *err);
// Starts the removal of what lies there.
void trash_empty(struct trash *trash);
void trash_free(struct trash *trash);
DEFINE_AUTO(trash_free, struct trash *);
