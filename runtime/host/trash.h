// What nobody needs any more: renamed below <data>/trash, which takes no time however large it is,
// and removed there by a child process, so that the loop never waits for a disk, whatever rights a
// job has taken from its directories. What a daemon leaves there, the next one removes. Where
// <data>/apps lies on another file system, its trash is <data>/apps/.trash.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>
#include <systemd/sd-event.h>

// Takes `path`, which lies below the data directory, out of the way: itself, not what it links to,
// and nothing that a link on the way leads to. Absent is a success. Otherwise it stays where it is.
MUST_CHECK bool trash_put(const char *data_directory, const char *path, struct error *err);

struct trash_options {
    const char *remover; // called as `kobel-launch --parent PID --remove -- PATH...`
    // For tests.
    uint64_t retry_us;   // after the first failure, doubled with each; 0 = a second
    int *reported_tries; // out: tries after which it was told that something stays; may be NULL
};

struct trash;

// Begins with what lies there already. What cannot be removed, as a process that ends still writes
// there, is tried again later, and told of in the daemon's log when it stays.
MUST_CHECK bool trash_new(sd_event *loop, const char *data_directory,
                          const struct trash_options *options, struct trash **out_trash,
                          struct error *err);
// Has removed soon whatever lies there.
void trash_empty(struct trash *trash);
void trash_free(struct trash *trash);
DEFINE_AUTO(trash_free, struct trash *);
