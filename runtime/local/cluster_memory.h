// What clusters count against the memory budget: see runtime/capacity.h.
#pragma once

#include "runtime/local/cluster_list.h"

#include <stddef.h>

// What its processes use; -1: not measured yet.
int64_t cluster_memory_measured_bytes(const struct local_cluster *cluster);
int64_t cluster_memory_counted_bytes(const struct local_cluster *cluster);
// Of all clusters.
int64_t cluster_memory_total_bytes(const struct cluster_list *list, bool with_spares);
// A failure by a limit of memory gets the option that raises it, in front because failures are
// long.
void cluster_memory_explain(enum profile profile, char *failure, size_t size_bytes);
// Is this what Flink says when a process of Python is gone? The reason is elsewhere.
bool cluster_memory_is_loss_of_python(const char *failure);
