// One transfer: finds what the source has and what the destination has, and copies what is missing,
// several files at once, `_metadata` last.
//
// A step that fails for a reason that may pass is repeated after a pause, which doubles. Where that
// does not help, the transfer fails.
#pragma once

#include "runtime/transfer/transfer_work.h"

struct transfer;

// Called once, never from within transfer_new(); the owner frees the transfer. NULL = success.
typedef void transfer_end_fn(void *userdata, const struct bucket_failure *failure);

// `settings` must stay.
struct transfer *transfer_new(const struct transfer_settings *settings,
                              const struct transfer_order *order, transfer_end_fn *done,
                              void *userdata);
int64_t transfer_size_bytes(const struct transfer *transfer); // of all files
// Cancels what is under way.
void transfer_free(struct transfer *transfer);
