// The Flink block of a record: checkpointing, monitoring and parallelism, each DEFAULT or CUSTOM
// (facts/api.md 3.2, 3.3).
#pragma once

#include "base/json.h"

// The FlinkApplicationConfigurationDescription for a request's FlinkApplicationConfiguration (NULL:
// all defaults).
json_t *app_config_flink_create(const json_t *flink);

// Merges a FlinkApplicationConfigurationUpdate (may be NULL) into the description, member by
// member. A block that is or becomes DEFAULT has the default values; values of the update are
// ignored.
void app_config_flink_update(json_t *description, const json_t *update);
