// Starts programs; the only place that does. A child inherits its standard streams and what is said
// to be kept, and nothing else, whatever a library has opened without close-on-exec: a connection
// that libcurl had made would be another program's, too, and stay open in it.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

struct spawn_spec {
    const char *const *arguments;   // NULL-terminated; [0] is an absolute path
    const char *const *environment; // NULL-terminated KEY=VALUE; NULL = that of this process
    int output_fd;                  // stdout; -1 = /dev/null
    int error_fd;                   // stderr; -1 = /dev/null
    const int *kept_fds;            // inherited under the same numbers, ended by -1; may be NULL
    bool has_session;               // of its own
};

// With the default signal handlers and no signal blocked; its stdin is /dev/null. ERROR_SYSTEM: it
// could not be started.
MUST_CHECK bool spawn_start(const struct spawn_spec *spec, pid_t *out_pid, struct error *err);
// Waits for the end of a child, whatever interrupts: its status, as waitpid() gives it.
int spawn_wait(pid_t pid);
