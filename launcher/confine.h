// What a process gives up before it becomes somebody else's program.
#pragma once

#include "launcher/orders.h"

// Ends with the parent, joins control groups, takes limits, gives up privileges, closes files and
// ports, and takes the filter: in this order, since each makes the ones before it impossible.
// ERROR_SYSTEM, ERROR_UNAVAILABLE.
MUST_CHECK bool confine(const struct orders *orders, struct error *err);
