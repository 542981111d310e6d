// Ends everything that a command started, where no PID namespace does it: the launcher stays as the
// parent of the command. Processes that lose their own parent become children of this keeper, also
// in another session or under another name, and end with the command.
#pragma once

#include "launcher/orders.h"

// Returns in a child, which will become the command; the keeper is its parent and never returns.
// When the command or the parent of the orders has ended, the keeper kills what is left and exits
// with the command's status (128 + the number of a signal, like bubblewrap).
MUST_CHECK bool keeper_begin(struct orders *orders, struct error *err);
