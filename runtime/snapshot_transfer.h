// The port to the transport of snapshots: ExportSnapshot copies the directory of a savepoint to a
// bucket, ImportSnapshot copies one from a bucket. It may be missing (`ops` is NULL).
//
// A copy is complete only when it has `_metadata`, which is always copied last. So a copy that was
// interrupted is never taken for a savepoint, by Flink or by an import.
//
// Every call returns at once. A transfer of which the daemon died is begun again with the same
// order, and continues: what is complete at the destination is not copied again. One that fails for
// a reason that may pass (the endpoint or a disk) repeats its requests for some minutes first.
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum transfer_kind { TRANSFER_EXPORT, TRANSFER_IMPORT };

#define TRANSFER_ID_SIZE 65 // with its terminator

// Borrowed for the call.
struct transfer_order {
    const char *id; // of the operation: letters and digits; no other transfer under way has it
    enum transfer_kind kind;
    // Absolute, below the data directory. An export reads it. An import makes it with mode 0700,
    // and what it has copied stays there after a failure: the caller removes it.
    const char *directory;
    const char *bucket; // the bare name
    const char *prefix; // of all keys; ends with '/'
};

// Why a transfer failed.
enum transfer_fault {
    TRANSFER_FAULT_NONE,
    TRANSFER_FAULT_ACCESS_DENIED,
    TRANSFER_FAULT_NO_SUCH_BUCKET,
    TRANSFER_FAULT_SAVEPOINT_NOT_FOUND, // no `_metadata` in the source
    TRANSFER_FAULT_INVALID_SAVEPOINT,   // what is below the prefix cannot be a savepoint
    TRANSFER_FAULT_INTERNAL,            // the endpoint, the disk, ...
    TRANSFER_FAULT_COUNT,
};

#define TRANSFER_REASON_SIZE 513 // the service shows 512 characters

struct transfer_result {
    enum transfer_fault fault;
    int64_t size_bytes; // of all files; 0 on a failure
    const char *reason; // one line; "" = success; borrowed for the call
};

// Called once, from the loop, never from within begin().
typedef void transfer_done_fn(void *userdata, const char *id, const struct transfer_result *result);

struct transfer_ops {
    void (*begin)(void *self, const struct transfer_order *order, transfer_done_fn *done,
                  void *userdata);
};

// An implementation and its object, passed by value; {0} = missing.
struct snapshot_transfer_port {
    const struct transfer_ops *ops;
    void *self;
};

static inline bool snapshot_transfer_is_offered(const struct snapshot_transfer_port *port) {
    return port->ops != NULL;
}

static inline void snapshot_transfer_begin(const struct snapshot_transfer_port *port,
                                           const struct transfer_order *order,
                                           transfer_done_fn *done, void *userdata) {
    port->ops->begin(port->self, order, done, userdata);
}

// As ErrorInfo shows it: "AccessDenied"; "" for TRANSFER_FAULT_NONE.
static inline const char *transfer_fault_code(enum transfer_fault fault) {
    static const char *const codes[TRANSFER_FAULT_COUNT] = {
        [TRANSFER_FAULT_NONE] = "",
        [TRANSFER_FAULT_ACCESS_DENIED] = "AccessDenied",
        [TRANSFER_FAULT_NO_SUCH_BUCKET] = "NoSuchBucket",
        [TRANSFER_FAULT_SAVEPOINT_NOT_FOUND] = "SavepointNotFound",
        [TRANSFER_FAULT_INVALID_SAVEPOINT] = "InvalidSavepoint",
        [TRANSFER_FAULT_INTERNAL] = "InternalFailure",
    };

    return codes[fault];
}
