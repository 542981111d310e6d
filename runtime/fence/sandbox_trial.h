// Runs a command to its end and keeps what it says on stderr: how a sandbox level is tried. For the
// start of a program, never in the daemon's loop.
#pragma once

#include "runtime/fence/sandbox.h"

#include <stddef.h>

// `arguments[0]` is an absolute path; `environment` is all that the command gets; both are ended by
// NULL. `kept_fd` stays open for it under its number; -1 = none. True: exit status 0. Otherwise
// ERROR_UNAVAILABLE with the first line that it said, or how it ended; one that takes longer than
// a minute is killed. `meanwhile` is called while it runs; NULL = nothing.
MUST_CHECK bool sandbox_trial(const char *const *arguments, const char *const *environment,
                              int kept_fd, const struct sandbox_meanwhile *meanwhile,
                              struct error *err);
