// How many clusters may boot at a time. A JVM that starts needs a processor for itself: more of
// them than there are processors makes all of them late.
#pragma once

#include "runtime/local/cluster_list.h"

// A launch now leaves those that boot already enough of the processors; the first one always does.
bool boot_limit_admits(const struct cluster_list *list, const struct launch_spec *spec);
