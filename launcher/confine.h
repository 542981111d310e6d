// What the launcher gives up before it executes the command.
#pragma once

#include "launcher/orders.h"

// Binds the process to its parent, joins control groups, sets limits, drops privileges, closes
// files and ports, and installs the filter. The order matters: each step makes the earlier ones
// impossible. ERROR_SYSTEM, ERROR_UNAVAILABLE.
MUST_CHECK bool confine(const struct orders *orders, struct error *err);
