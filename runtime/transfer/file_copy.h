// Copies a file into another: a small one in a turn of the loop, others in a child. Where the file
// system can, the two share their blocks until one of them is changed.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <systemd/sd-event.h>

struct file_copy;

// Called once, never from within file_copy_begin(); NULL = success. The copy is gone then.
typedef void file_copy_done_fn(void *userdata, const struct error *err);

// From the beginning of `from` to the empty file `to`. Both are borrowed until the end.
struct file_copy *file_copy_begin(sd_event *loop, int from, int to, file_copy_done_fn *done,
                                  void *userdata);
void file_copy_cancel(struct file_copy *copy); // NULL is legal
