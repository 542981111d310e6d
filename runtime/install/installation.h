// One installation of a runtime that is under way, for the files that do a part of it.
#pragma once

#include "base/file.h"
#include "runtime/host/java.h"
#include "runtime/install/catalog_install.h"

struct installation {
    const struct catalog_install_options *options;
    const char *name;    // "FLINK-1_20"
    const char *version; // "1.20.3"
    char directory[FILE_PATH_MAX];
    char scratch[FILE_PATH_MAX]; // removed at the end
    struct java java;
};

// See catalog_install_options.progress.
void installation_report(const struct installation *self, const char *step, double fraction);
// Waits for the command. `log`: the file in the scratch directory that gets its output; NULL: the
// output is dropped.
MUST_CHECK bool installation_run(const struct installation *self, const char *const *arguments,
                                 const char *log, struct error *err);
