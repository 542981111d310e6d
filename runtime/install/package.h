// The package of Flink's jars, from the package index of the user's pip. It stays in a cache.
#pragma once

#include "runtime/install/installation.h"

#include <stdint.h>

// Its archive, downloaded unless it is there. What an interrupted download left is continued.
// ERROR_UNAVAILABLE: it cannot be downloaded; the text says why and what to do.
MUST_CHECK bool package_obtain(struct installation *self, char out_archive[static FILE_PATH_MAX],
                               struct error *err);
// An archive that cannot be used: the next installation downloads it again.
void package_drop(const char *archive);

// The directory where downloads stay for the next installation.
MUST_CHECK bool package_cache(char out[static FILE_PATH_MAX], struct error *err);

// How much of the package of that version ("1.20.3") is there.
struct package_presence {
    bool is_complete;
    int64_t size_bytes; // of an interrupted download
};
struct package_presence package_find(const char *version);
