// What a cluster's view says of its job, and changes of it that need no question. Pure.
#pragma once

#include "runtime/cluster.h"
#include "runtime/flink/flink_reply.h"

bool watched_job_is_alive(const struct cluster_view *view);
// It runs with all its tasks, and no savepoint is taken.
bool watched_job_is_quiet(const struct cluster_view *view);

// Another job is SUBMITTING; what was known of the one before is forgotten but for the slots.
void watched_job_announce(struct cluster_view *view, const char *job_id);
// What Flink says of the job. A restart that began and ended since the last look is counted, too.
struct job_change {
    bool is_seen;  // something is to be told of
    bool is_fault; // it failed or was restarted: its newest exception is another one
};
struct job_change watched_job_compare(const struct cluster_view *view, const struct flink_job *job);
void watched_job_update(struct cluster_view *view, const struct flink_job *job);
void watched_job_fail_savepoint(struct cluster_view *view, const char *reason);
