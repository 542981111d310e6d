// Closes files and TCP ports for this process and everything it starts, with Landlock (kernel
// documentation: userspace-api/landlock). Nothing can open them again.
#pragma once

#include "launcher/orders.h"

// Skips what the kernel does not support: ports need its fourth interface (Linux 6.7), signals and
// abstract sockets the sixth (6.12). A caller that relies on these checks the interface first. Does
// nothing without paths and ports in the orders. ERROR_UNAVAILABLE: the orders have paths, and the
// kernel has no Landlock.
MUST_CHECK bool landlock_close(const struct orders *orders, struct error *err);
