// The system calls that the seccomp filter refuses whatever their arguments are. A list of refused
// calls, not of allowed ones, because the calls of a JVM change with every JDK. Compared with the
// default profiles of Docker, Podman and Flatpak, and with the calls of Linux 6.18.
#pragma once

#include <stddef.h>

struct sandbox_calls {
    const int *numbers;
    size_t count;
};

// At all levels with a filter; and, in addition, where processes share the host's namespaces.
extern const struct sandbox_calls sandbox_calls_refused;
extern const struct sandbox_calls sandbox_calls_refused_on_host;
