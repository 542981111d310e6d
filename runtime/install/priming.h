// Runs kobel's own trivial job once on a runtime, so that its processes write their class-data
// archives.
#pragma once

#include "runtime/host/java.h"
#include "runtime/installed/catalog.h"

// `runtime` has makes_archives set and names where the archives go; `scratch_directory` is used and
// left for the caller to remove. The job is started, saved, restored and stopped, so that the
// classes of all that are in the archives. ERROR_UNAVAILABLE: the runtime does not run here; the
// text says why and where its logs are.
MUST_CHECK bool priming_run(const struct installed_runtime *runtime, const struct java *java,
                            const char *primer_path, const char *scratch_directory,
                            struct error *err);
