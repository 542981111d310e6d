// Files and TCP ports that the kernel keeps closed for this process and all that it starts
// (Landlock: documentation of the kernel, userspace-api/landlock). Nothing can open them again.
#pragma once

#include "launcher/orders.h"

// What the kernel cannot do is left out: ports want its fourth interface (Linux 6.7), signals and
// abstract sockets the sixth (6.12). A caller that relies on it asks landlock_interface() first.
// Without paths and ports among the orders nothing is done. ERROR_UNAVAILABLE: paths are wanted,
// and the kernel has no Landlock.
MUST_CHECK bool landlock_close(const struct orders *orders, struct error *err);
