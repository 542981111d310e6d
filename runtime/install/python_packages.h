// Installs Python and PyFlink into a runtime (runtime/installed/installed_python.h). The jars of
// the runtime are not installed a second time: PyFlink's package of them is left out.
#pragma once

#include "runtime/install/installation.h"

// The interpreter of a sandbox that is nearest to the version that the service has with the
// runtime: "/usr/bin/python3.11". `exists` says which paths are there. Pure otherwise. False: there
// is none.
typedef bool python_exists_fn(const char *path);
bool python_packages_choose(enum runtime_environment runtime, python_exists_fn *exists,
                            char out_path[static FILE_PATH_MAX], int *out_minor, int *out_wanted);

// The runtime itself is installed. ERROR_UNAVAILABLE: there is no interpreter, or pip has no
// package of this PyFlink for it.
MUST_CHECK bool python_packages_install(struct installation *self, struct error *err);
