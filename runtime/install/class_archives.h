// Makes the class-data archives of an installed runtime: its processes write them when they end.
#pragma once

#include "runtime/host/java.h"
#include "runtime/installed/catalog.h"

// `runtime` has makes_archives set and names where the archives go. The trivial job (primer.h) is
// started, stopped with a savepoint, restored and stopped, so that the archives have the classes of
// all that. The caller removes `scratch_directory`. ERROR_UNAVAILABLE: the runtime does not run
// here; the text says why and where its logs are.
MUST_CHECK bool class_archives_make(const struct installed_runtime *runtime,
                                    const struct java *java, const char *primer_path,
                                    const char *scratch_directory, struct error *err);
