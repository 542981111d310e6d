#include "runtime/transfer/bucket.h"

#include "base/text.h"

struct bucket_failure bucket_failure_of(const struct error *err) {
    struct bucket_failure failure = {.fault = TRANSFER_FAULT_INTERNAL};

    if (err->kind == ERROR_NOT_FOUND) failure.fault = TRANSFER_FAULT_SAVEPOINT_NOT_FOUND;
    if (err->kind == ERROR_LIMIT || err->kind == ERROR_INVALID)
        failure.fault = TRANSFER_FAULT_INVALID_SAVEPOINT;
    failure.may_pass = failure.fault == TRANSFER_FAULT_INTERNAL;
    (void)text_copy(failure.reason, sizeof failure.reason, err->message);
    return failure;
}
