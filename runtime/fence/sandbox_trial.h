// Runs a command to its end and keeps its stderr: how a sandbox level is tried. It blocks, so it is
// for the start of a program, not for the daemon's loop.
#pragma once

#include "runtime/fence/sandbox.h"

#include <stddef.h>

// `arguments[0]` is an absolute path; `environment` is complete; both are ended by NULL. The
// command inherits `kept_fd` under its number; -1 = none. True: exit status 0. Otherwise
// ERROR_UNAVAILABLE with the first line of stderr, or how it ended; it is killed after a minute.
// `meanwhile` is called while it runs; NULL = nothing.
MUST_CHECK bool sandbox_trial(const char *const *arguments, const char *const *environment,
                              int kept_fd, const struct sandbox_meanwhile *meanwhile,
                              struct error *err);
