// The environment that every job gets from the daemon.
#pragma once

#include "runtime/host/argument_list.h"

// Adds the lines KEY=VALUE of `lines` (of --job-env), then the variables AWS_* of the daemon's own
// environment (`variables`, NULL-terminated KEY=VALUE), which AWS SDKs in jobs read. Programs use
// the first of two variables with the same name.
void job_environment_collect(const char *lines, const char *const *variables,
                             struct argument_list *out);
