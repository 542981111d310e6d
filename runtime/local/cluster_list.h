// The clusters of one daemon, spares too: the one owner of the list.
#pragma once

#include "runtime/local/cluster.h"

struct cluster_list {
    struct machine *machine;
    struct local_cluster *first; // the newest
};

// Starts a cluster and puts it first. Nothing is left of one that cannot be started. Its directory
// is removed when it ends, but for the logs.
MUST_CHECK bool cluster_list_start(struct cluster_list *list, const struct launch_spec *spec,
                                   bool is_spare, struct error *err);
// Kills it, forgets it and leaves its logs.
void cluster_list_end(struct cluster_list *list, struct local_cluster *cluster);
// The cluster of an application, not a spare; NULL: not known.
struct local_cluster *cluster_list_find(const struct cluster_list *list, const char *cluster_id);
// The same; NULL is ERROR_UNAVAILABLE, where it is not READY, too.
struct local_cluster *cluster_list_find_ready(const struct cluster_list *list,
                                              const char *cluster_id, struct error *err);
// Kills and frees all of them, and leaves their directories to the next start.
void cluster_list_release(struct cluster_list *list);
