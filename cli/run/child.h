// A process that a client starts: the daemon of `kobel run`.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

// Starts `arguments[0]`, an absolute path, in a new session, so that a Ctrl-C at the terminal does
// not reach it. stdout and stderr are appended to `output_path`; NULL = /dev/null.
MUST_CHECK bool child_start(const char *const *arguments, const char *output_path, pid_t *out_pid,
                            struct error *err);

// Has it ended? Does not wait.
bool child_has_ended(pid_t pid);

// Sends SIGTERM, and SIGKILL if the process does not end in time.
void child_stop(pid_t pid, int timeout_ms);
