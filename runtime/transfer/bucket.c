#include "runtime/transfer/bucket.h"

#include "base/text.h"

#include <ctype.h>

// A name in a bucket may have anything in it.
static void make_one_line(char *text) {
    for (; *text != '\0'; text++)
        if (iscntrl((unsigned char)*text)) *text = ' ';
}

struct bucket_failure bucket_failure_of(const struct error *err) {
    struct bucket_failure failure = {.fault = TRANSFER_FAULT_INTERNAL};

    if (err->kind == ERROR_NOT_FOUND) failure.fault = TRANSFER_FAULT_SAVEPOINT_NOT_FOUND;
    if (err->kind == ERROR_LIMIT || err->kind == ERROR_INVALID)
        failure.fault = TRANSFER_FAULT_INVALID_SAVEPOINT;
    if (err->kind == ERROR_CONFIGURATION) failure.fault = TRANSFER_FAULT_ACCESS_DENIED;
    failure.may_pass = failure.fault == TRANSFER_FAULT_INTERNAL;
    (void)text_copy(failure.reason, sizeof failure.reason, err->message);
    make_one_line(failure.reason);
    return failure;
}
