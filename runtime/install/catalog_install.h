// Installs a Flink runtime, for the command; catalog.h finds what is installed.
#pragma once

#include "base/error.h"
#include "model/runtime_environment.h"

#include <stdint.h>

struct catalog_install_options {
    const char *runtimes_directory;
    enum runtime_environment runtime;
    // Directory or archive of an official distribution or of the pip package; NULL = pip.
    const char *from;
    bool with_python; // and PyFlink, for programs in Python
    // A line of progress, or the fraction of a step that takes long (0..1; < 0 when unknown). May
    // be NULL.
    void (*progress)(void *userdata, const char *step, double fraction);
    // Something is part of the runtime now, and where it is from. May be NULL.
    void (*added)(void *userdata, const char *what, const char *source);
    void *userdata;
};

// What is there of a runtime before its installation.
struct catalog_presence {
    bool is_installed; // by a kobel like this one
    bool has_python;
    bool is_downloaded;
    int64_t part_bytes; // of a download that was interrupted
};
struct catalog_presence catalog_install_find(const char *runtimes_directory,
                                             enum runtime_environment runtime);

// Obtains, checks, unpacks and prepares one runtime. It is found only when it is complete; files of
// an interrupted installation are removed by the next one. For a command: it waits in its own loop.
MUST_CHECK bool catalog_install(const struct catalog_install_options *options, struct error *err);
