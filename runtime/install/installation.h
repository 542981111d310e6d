// One installation of a runtime that is under way, for the files that do a part of it.
#pragma once

#include "base/file.h"
#include "model/runtime_environment.h"
#include "runtime/host/java.h"

struct installation {
    enum runtime_environment runtime;
    const char *name;    // "FLINK-1_20"
    const char *version; // "1.20.3"
    char directory[FILE_PATH_MAX];
    char scratch[FILE_PATH_MAX]; // removed at the end
    struct java java;
    bool with_python; // also what applications in Python need
    const char *from; // NULL = pip
    void (*progress)(void *userdata, const char *step, double fraction); // may be NULL
    void (*added)(void *userdata, const char *what, const char *source); // may be NULL
    void *userdata;
};

// A step begins, or that fraction of it is done (0..1; < 0 when unknown).
void installation_report(const struct installation *self, const char *step, double fraction);
// Something was added to the runtime: what it is ("the class KinesisAnalyticsRuntime") and where it
// is from ("kobel", a file, a package). To be called once for each, after it is in its place.
void installation_added(const struct installation *self, const char *what, const char *source);
// Waits for the command. `log`: the file in the scratch directory that gets its output; NULL: the
// output is dropped.
MUST_CHECK bool installation_run(const struct installation *self, const char *const *arguments,
                                 const char *log, struct error *err);
