#include "model/snapshot.h"

#include "base/names.h"

static const char *const status_names[SNAPSHOT_STATUS_COUNT] = {
    [SNAPSHOT_CREATING] = "CREATING",
    [SNAPSHOT_READY] = "READY",
    [SNAPSHOT_DELETING] = "DELETING",
    [SNAPSHOT_FAILED] = "FAILED",
};
DEFINE_NAMES(snapshot_status, enum snapshot_status, status_names);
