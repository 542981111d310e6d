// Mounts the directories of an application into the sandbox of the spare cluster that it claims.
#pragma once

#include "launcher/orders.h"

// Mounts each FROM (a path in the sandbox, below the hidden directory) at TO, which is created if
// missing. Then unmounts the hidden directory and makes / read-only. Needs no privileges: the same
// user made the user namespace that owns the sandbox's mounts. ERROR_NOT_FOUND: the process has no
// sandbox. ERROR_SYSTEM.
MUST_CHECK bool enter_and_show(const struct orders *orders, struct error *err);
