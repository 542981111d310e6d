// From a RunConfiguration of a request to struct run_configuration.
#pragma once

#include "base/json.h"
#include "model/app.h"

// RunConfiguration of a start, or RunConfigurationUpdate of an update; NULL:
// RESTORE_FROM_LATEST_SNAPSHOT, AllowNonRestoredState false. `scope` is that of the application;
// `uses_enhanced` is the mode of the version that will run (facts/api.md 12.7). ERROR_INVALID:
// CUSTOM without the member of the mode, or with that of the other one; the ARN of another account
// or Region; SqlRunConfigurations.
MUST_CHECK bool run_config_read(const json_t *run_configuration, const struct app_scope *scope,
                                bool uses_enhanced, struct run_configuration *out_run,
                                struct error *err);
