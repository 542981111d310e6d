// A transport of snapshots that copies nothing: a transfer ends when the test says so, and every
// order is recorded.
#pragma once

#include "base/file_path.h"
#include "runtime/snapshot_transfer.h"

#include <stddef.h>

enum { FAKE_TRANSFERS_MAX = 64 };

struct fake_transfer_order {
    char id[TRANSFER_ID_SIZE];
    enum transfer_kind kind;
    char directory[FILE_PATH_MAX];
    char bucket[64];
    char prefix[512];
    bool is_running;
    transfer_done_fn *done;
    void *userdata;
};

// {0} has no orders.
struct fake_transfer {
    struct fake_transfer_order orders[FAKE_TRANSFERS_MAX]; // in the order of begin()
    size_t count;
};

extern const struct transfer_ops fake_transfer_ops;

static inline struct snapshot_transfer_port fake_transfer_port(struct fake_transfer *fake) {
    return (struct snapshot_transfer_port){.ops = &fake_transfer_ops, .self = fake};
}

// The newest order with this id; NULL = none.
const struct fake_transfer_order *fake_transfer_find(const struct fake_transfer *fake,
                                                     const char *id);
size_t fake_transfer_running(const struct fake_transfer *fake);
// End a transfer that runs, as from the loop. False: no transfer with this id runs.
bool fake_transfer_complete(struct fake_transfer *fake, const char *id, int64_t size_bytes);
bool fake_transfer_fail(struct fake_transfer *fake, const char *id, enum transfer_fault fault,
                        const char *reason);
// The daemon was killed: nothing runs any more, and no callback is called.
void fake_transfer_forget(struct fake_transfer *fake);
