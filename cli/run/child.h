// Processes that the clients start: the daemon of `kobel run`.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

// Starts `arguments[0]`, an absolute path, in a session of its own, so that a Ctrl-C at the
// terminal does not reach it. `output_path`: stdout and stderr are appended; NULL = nowhere.
MUST_CHECK bool child_start(const char *const *arguments, const char *output_path, pid_t *out_pid,
                            struct error *err);

// Has it ended? Does not wait.
bool child_has_ended(pid_t pid);

// SIGTERM, and SIGKILL when that has not ended it in time.
void child_stop(pid_t pid, int timeout_ms);
