// The environment that every job gets from the daemon.
#pragma once

#include "runtime/host/argument_list.h"

// Adds the lines KEY=VALUE of `lines` (of --job-env), and then what AWS SDKs in jobs look for in
// the daemon's own environment (`variables`, NULL-terminated KEY=VALUE): AWS_*. Of a variable that
// is there twice programs take the first.
void job_environment_collect(const char *lines, const char *const *variables,
                             struct argument_list *out);
