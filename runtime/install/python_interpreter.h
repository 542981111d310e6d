// Which interpreter a runtime gets: one of this machine that PyFlink has packages for, or else one
// that Maven brings.
#pragma once

#include "runtime/install/installation.h"

struct python_interpreter {
    char path[FILE_PATH_MAX]; // "/usr/bin/python3.11"
    int minor;
    int wanted;           // the service's
    const char *artifact; // NULL = it is there; else the version of the one that Maven brings
};

typedef bool python_exists_fn(const char *path);

// The nearest to the service's that a sandbox shows. `exists` says which paths are there;
// `directory` is where Maven's would be put. Pure otherwise. ERROR_UNAVAILABLE: there is none; the
// text says what to do.
MUST_CHECK bool python_interpreter_choose(enum runtime_environment runtime,
                                          python_exists_fn *exists, const char *directory,
                                          struct python_interpreter *out, struct error *err);
// Puts Maven's into its directory; nothing where it is not Maven's.
MUST_CHECK bool python_interpreter_fetch(const struct installation *self,
                                         const struct python_interpreter *interpreter,
                                         const char *directory, struct error *err);
