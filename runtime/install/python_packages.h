// Installs Python and PyFlink into a runtime (runtime/installed/installed_python.h). The jars of
// the runtime are not installed a second time: PyFlink's package of them is left out.
#pragma once

#include "runtime/install/installation.h"

// Before anything is downloaded. ERROR_UNAVAILABLE: there is no interpreter for this PyFlink; the
// text says what to do.
MUST_CHECK bool python_packages_check(const struct installation *self, struct error *err);
// The runtime itself is installed. ERROR_UNAVAILABLE: as above, or pip failed.
MUST_CHECK bool python_packages_install(struct installation *self, struct error *err);
