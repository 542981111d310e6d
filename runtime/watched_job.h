// What a cluster's view says of its job, and changes of it that need no question. Pure.
#pragma once

#include "runtime/cluster.h"

bool watched_job_is_alive(const struct cluster_view *view);
// It runs with all its tasks, and no savepoint is taken.
bool watched_job_is_quiet(const struct cluster_view *view);

// Another job is SUBMITTING; what was known of the one before is forgotten but for the slots.
void watched_job_announce(struct cluster_view *view, const char *job_id);
void watched_job_fail_savepoint(struct cluster_view *view, const char *reason);
