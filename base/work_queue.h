// What is to be looked at, and when: names, mostly ids of applications. Each is in it at most once,
// at its earliest time. Thousands are no trouble.
#pragma once

#include "base/cleanup.h"

#include <stdbool.h>
#include <stdint.h>

enum { WORK_NAME_SIZE = 24 };

struct work_queue;

// `on_changed` is called whenever the earliest time may have changed: the loop sets its timer by
// it. It may be NULL.
struct work_queue *work_queue_new(void (*on_changed)(void *userdata), void *userdata);
void work_queue_free(struct work_queue *queue);
DEFINE_AUTO(work_queue_free, struct work_queue *);

// `name` is shorter than WORK_NAME_SIZE.
void work_queue_add(struct work_queue *queue, const char *name, int64_t due_ms);

// Everything becomes due so much later, or earlier where `by_ms` is negative: the clock was set.
void work_queue_shift(struct work_queue *queue, int64_t by_ms);

// The earliest time; false when the queue is empty.
bool work_queue_next_due_ms(const struct work_queue *queue, int64_t *out_due_ms);

// Takes one that is due at `now_ms`, the longest due first, of those of the same time the one that
// came first; false when none is.
bool work_queue_take(struct work_queue *queue, int64_t now_ms,
                     char out_name[static WORK_NAME_SIZE]);
