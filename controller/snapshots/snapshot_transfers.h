// The imports and exports that are being copied: which ones, and how they ended until that is
// recorded.
#pragma once

#include "controller/service/service.h"
#include "model/snapshot_operation.h"

// Begins to copy for an operation, unless that is under way. When it has ended, its snapshot is
// queued.
void snapshot_transfers_begin(struct app_service *service,
                              const struct snapshot_operation *operation);

struct snapshot_transfer_end {
    enum transfer_fault fault;
    int64_t size_bytes;
    char reason[TRANSFER_REASON_SIZE];
};

// *out_ended false: it is still under way, or was not begun by this daemon.
void snapshot_transfers_find_end(struct app_service *service, const char *operation_id,
                                 bool *out_ended, struct snapshot_transfer_end *out_end);
// The end is recorded.
void snapshot_transfers_forget(struct app_service *service, const char *operation_id);
// At the end of the daemon, when the port is gone, and with it what it was copying.
void snapshot_transfers_free(struct app_service *service);
