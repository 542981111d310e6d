// Free TCP ports of the loopback interface, chosen before the processes that will listen on them
// exist.
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

// Finds `count` different ports that were free a moment ago. Somebody else may take one before it
// is used: the launch is then made again with others.
MUST_CHECK bool port_pool_find(uint16_t *out_ports, size_t count, struct error *err);
