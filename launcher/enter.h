// Puts directories into a sandbox that runs already: a spare cluster gets those of the application
// that claims it.
#pragma once

#include "launcher/orders.h"

// Mounts each FROM (a path inside, below what is hidden) at TO, makes TO where it is missing, and
// takes the hidden directory away; then nothing can be made in / any more. Works without
// privileges: the user namespace that owns the sandbox's mounts was made by the same user.
// ERROR_SYSTEM, ERROR_NOT_FOUND: no sandbox there.
MUST_CHECK bool enter_and_show(const struct orders *orders, struct error *err);
