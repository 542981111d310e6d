// What is reported of clusters.
#pragma once

#include "base/json.h"
#include "runtime/local/cluster_list.h"

// See runtime/cluster.h.
void cluster_status_view(const struct local_cluster *cluster, struct cluster_view *out_view);
// See local_clusters_status().
json_t *cluster_status_list(const struct cluster_list *list);
