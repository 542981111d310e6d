// Spares: clusters that are launched before anything asks for them, of the runtimes and sizes used
// last. A spare is primed (primer.h): the next launch of the same shape takes a third of a second
// instead of two or three. The first application that asks gets it; what differs by application is
// added then (local_cluster_claim()), or comes with the submission.
#pragma once

#include "runtime/local/cluster_list.h"

struct spares {
    struct cluster_list *list;
    struct launch_spec wanted[SPARES_MAX]; // spares to be kept, the newest wish first
    size_t wanted_count;
    sd_event_source *timer;
};

void spares_release(struct spares *spares);

// A spare that fits becomes the cluster that `spec` asks for. NULL: there is none.
struct local_cluster *spares_claim(struct spares *spares, const struct launch_spec *spec);
// Is there a spare that fits?
bool spares_fit(const struct spares *spares, const struct launch_spec *spec);
// Ends spares until so many more bytes fit into the memory budget, or none are left.
void spares_make_room(struct spares *spares, int64_t needed_bytes);
// See runtime/capacity.h.
void spares_keep(struct spares *spares, const struct launch_spec *spec);
// The application is erased: spares that only it could use are not kept any more.
void spares_forget(struct spares *spares, const char *app_id);
