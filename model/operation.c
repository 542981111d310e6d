#include "model/operation.h"

#include "base/cleanup.h"
#include "base/names.h"

static const char *const status_names[OPERATION_STATUS_COUNT] = {
    [OPERATION_IN_PROGRESS] = "IN_PROGRESS",
    [OPERATION_CANCELLED] = "CANCELLED",
    [OPERATION_SUCCESSFUL] = "SUCCESSFUL",
    [OPERATION_FAILED] = "FAILED",
};

const char *operation_status_name(enum operation_status status) {
    return status_names[status];
}

bool operation_status_from_name(const char *name, enum operation_status *out_status) {
    size_t index;

    if (!names_find(status_names, COUNT_OF(status_names), name, &index)) return false;
    *out_status = (enum operation_status)index;
    return true;
}
