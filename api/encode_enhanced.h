// Enhanced snapshots and their operations as the service describes them (facts/api.md 12.1, 12.4).
#pragma once

#include "model/snapshot_operation.h"

#include <jansson.h>

json_t *encode_enhanced(const struct enhanced_snapshot *snapshot);         // DescribeSnapshot
json_t *encode_enhanced_summary(const struct enhanced_snapshot *snapshot); // ListSnapshots
// DescribeSnapshotOperation and ListSnapshotOperations.
json_t *encode_enhanced_operation(const struct snapshot_operation *operation);
json_t *encode_enhanced_operation_summary(const struct snapshot_operation *operation);
