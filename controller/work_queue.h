// Which applications are to be looked at, and when. Each is in it at most once, at its earliest
// time.
#pragma once

#include "base/cleanup.h"
#include "model/app.h"

struct work_queue;

// `on_changed` is called whenever the earliest time may have changed: the loop sets its timer by
// it.
struct work_queue *work_queue_new(void (*on_changed)(void *userdata), void *userdata);
void work_queue_free(struct work_queue *queue);
DEFINE_AUTO(work_queue_free, struct work_queue *);

void work_queue_add(struct work_queue *queue, const char *app_id, int64_t due_ms);

// Everything becomes due so much later, or earlier where `by_ms` is negative: the clock was set.
void work_queue_shift(struct work_queue *queue, int64_t by_ms);

// The earliest time; false when the queue is empty.
bool work_queue_next_due_ms(const struct work_queue *queue, int64_t *out_due_ms);

// Takes one application that is due at `now_ms`, the longest due first; false when none is.
bool work_queue_take(struct work_queue *queue, int64_t now_ms, char out_app_id[static APP_ID_SIZE]);
