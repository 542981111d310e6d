// Files that wait until they are on the disk. One child at a time writes what has arrived while the
// one before it ran: a child for each file would take most of the time of a savepoint with many
// small ones.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <sys/types.h>
#include <systemd/sd-event.h>

struct sync_queue;

// Called once, never from within sync_queue_add(); NULL = it is on the disk.
typedef void sync_wait_fn(void *userdata, const struct error *err);

// A part of the caller, which stays where it is until the end or sync_queue_remove().
struct sync_wait {
    const char *path;
    dev_t device; // of the file
    // Not only the file, but all names that files of its file system have got so far.
    bool has_names;
    sync_wait_fn *done;
    void *userdata;
    struct sync_queue *queue; // the rest is the queue's; NULL = it does not wait
    struct sync_wait *next;
    bool is_under_way;
};

struct sync_queue *sync_queue_new(sd_event *loop);
// No wait is left.
void sync_queue_free(struct sync_queue *queue); // NULL is legal
DEFINE_AUTO(sync_queue_free, struct sync_queue *);

void sync_queue_add(struct sync_queue *queue, struct sync_wait *wait);
// Its `done` is not called any more. Does nothing for one that does not wait.
void sync_queue_remove(struct sync_wait *wait);
