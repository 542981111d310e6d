#include "model/snapshot.h"

#include "base/cleanup.h"
#include "base/names.h"

static const char *const status_names[SNAPSHOT_STATUS_COUNT] = {
    [SNAPSHOT_CREATING] = "CREATING",
    [SNAPSHOT_READY] = "READY",
    [SNAPSHOT_DELETING] = "DELETING",
    [SNAPSHOT_FAILED] = "FAILED",
};

const char *snapshot_status_name(enum snapshot_status status) {
    return status_names[status];
}

bool snapshot_status_from_name(const char *name, enum snapshot_status *out_status) {
    size_t index;

    if (!names_find(status_names, COUNT_OF(status_names), name, &index)) return false;
    *out_status = (enum snapshot_status)index;
    return true;
}
