// From a RunConfiguration of a request to struct run_configuration.
#pragma once

#include "base/json.h"
#include "model/app.h"

// RunConfiguration of a start, or RunConfigurationUpdate of an update; NULL:
// RESTORE_FROM_LATEST_SNAPSHOT, AllowNonRestoredState false. ERROR_INVALID: CUSTOM without a
// SnapshotName, SqlRunConfigurations.
MUST_CHECK bool run_config_read(const json_t *run_configuration, struct run_configuration *out_run,
                                struct error *err);
