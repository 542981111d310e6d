// The archive of the program that `kobel run` and `kobel rehearse` are given.
#pragma once

#include "base/json.h"
#include "cli/client/client_options.h"
#include "cli/package/package.h"

// `status`: of the daemon, among whose runtimes kobel's program for scripts of SQL is searched;
// NULL = not known. ERROR_UNAVAILABLE: a script needs it, and it is not on this machine. Others:
// package_make().
MUST_CHECK bool run_package_make(const struct client_options *options, const json_t *status,
                                 struct package *out_package, struct error *err);
