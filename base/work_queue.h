// A queue of names, mostly application ids, by due time. Each name is in it at most once, at its
// earliest time. Made for thousands of names.
#pragma once

#include "base/cleanup.h"

#include <stdbool.h>
#include <stdint.h>

enum { WORK_NAME_SIZE = 24 };

struct work_queue;

// `on_changed` (may be NULL) is called when the earliest time may have changed, to set a timer.
struct work_queue *work_queue_new(void (*on_changed)(void *userdata), void *userdata);
void work_queue_free(struct work_queue *queue);
DEFINE_AUTO(work_queue_free, struct work_queue *);

// `name` is shorter than WORK_NAME_SIZE.
void work_queue_add(struct work_queue *queue, const char *name, int64_t due_ms);

// Moves all due times by `by_ms`, which may be negative: the clock was set.
void work_queue_shift(struct work_queue *queue, int64_t by_ms);

// The earliest time; false when the queue is empty.
bool work_queue_next_due_ms(const struct work_queue *queue, int64_t *out_due_ms);

// Removes the name that has been due longest at `now_ms`; of two with the same time, the one added
// first. False: none is due.
bool work_queue_take(struct work_queue *queue, int64_t now_ms,
                     char out_name[static WORK_NAME_SIZE]);
