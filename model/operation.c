#include "model/operation.h"

#include "base/names.h"

static const char *const status_names[OPERATION_STATUS_COUNT] = {
    [OPERATION_IN_PROGRESS] = "IN_PROGRESS",
    [OPERATION_CANCELLED] = "CANCELLED",
    [OPERATION_SUCCESSFUL] = "SUCCESSFUL",
    [OPERATION_FAILED] = "FAILED",
};
DEFINE_NAMES(operation_status, enum operation_status, status_names);
