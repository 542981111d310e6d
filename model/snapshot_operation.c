#include "model/snapshot_operation.h"

#include "base/names.h"

static const char *const kinds[SNAPSHOT_OPERATION_KIND_COUNT] = {
    [SNAPSHOT_OPERATION_CREATE] = "CreateSnapshot",
    [SNAPSHOT_OPERATION_DELETE] = "DeleteSnapshot",
    [SNAPSHOT_OPERATION_IMPORT] = "ImportSnapshot",
    [SNAPSHOT_OPERATION_EXPORT] = "ExportSnapshot",
    [SNAPSHOT_OPERATION_SYSTEM_CREATE] = "SystemCreateSnapshot",
};

DEFINE_NAMES(snapshot_operation_kind, enum snapshot_operation_kind, kinds);
