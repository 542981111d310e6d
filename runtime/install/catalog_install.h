// The installation of a Flink runtime, for the command that installs; catalog.h finds what is
// installed.
#pragma once

#include "base/error.h"
#include "model/runtime_environment.h"

struct catalog_install_options {
    const char *runtimes_directory;
    enum runtime_environment runtime;
    const char *from; // directory or archive of an official distribution or of the pip package;
                      // NULL = the pip client
    // One line of progress, or the fraction of a step that takes long (0..1; < 0 when unknown). May
    // be NULL.
    void (*progress)(void *userdata, const char *step, double fraction);
    void *userdata;
};
// Obtains, checks, unpacks and prepares one runtime. It appears under its name only when it is
// complete; what an interrupted installation left is removed by the next. This is a command's work:
// it runs a loop of its own until it is done.
MUST_CHECK bool catalog_install(const struct catalog_install_options *options, struct error *err);
