// Starts programs; all of kobel uses it. A child inherits its standard streams and `kept_fds` only:
// descriptors that a library opened without close-on-exec (libcurl's connections) would stay open
// in the child.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

struct spawn_spec {
    const char *const *arguments;   // NULL-terminated; [0] is an absolute path
    const char *const *environment; // NULL-terminated KEY=VALUE; NULL = that of this process
    int output_fd;                  // stdout; -1 = /dev/null
    int error_fd;                   // stderr; -1 = /dev/null
    const int *kept_fds;            // inherited under the same numbers, ends with -1; may be NULL
    bool has_session;               // starts a new session
};

// The child has default signal handlers, no blocked signal, and /dev/null as stdin. ERROR_SYSTEM:
// it could not be started.
MUST_CHECK bool spawn_start(const struct spawn_spec *spec, pid_t *out_pid, struct error *err);
// Waits until a child ends, also after signals. Returns its status as waitpid() does.
int spawn_wait(pid_t pid);
