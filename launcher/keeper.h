// Where no PID namespace holds together what a command starts, the launcher stays beside it: what
// has lost its parent becomes the keeper's child, whatever session it has gone to and however it
// calls itself, and ends with the command.
#pragma once

#include "launcher/orders.h"

// Goes on in a child that is to become the command, and whose parent is the keeper. The keeper
// itself never returns: once the command has ended or the parent that was named has, it ends all
// that is left and exits with the command's status (128 and the number of a signal, as bubblewrap
// does).
MUST_CHECK bool keeper_begin(struct orders *orders, struct error *err);
