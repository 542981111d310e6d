// The job's part of a cluster's view: its questions and its changes. Pure.
#pragma once

#include "runtime/cluster.h"
#include "runtime/flink/flink_reply.h"

bool watched_job_is_alive(const struct cluster_view *view);
// It runs with all its subtasks, and no savepoint is in progress.
bool watched_job_is_quiet(const struct cluster_view *view);

// Another job is SUBMITTING: everything about the one before is cleared, except the slots.
void watched_job_announce(struct cluster_view *view, const char *job_id);
// The difference between the view and Flink's answer. A restart that began and ended between two
// answers counts too.
struct job_change {
    bool is_seen;  // the view changes
    bool is_fault; // it has failed or restarted: there is a new exception
};
struct job_change watched_job_compare(const struct cluster_view *view, const struct flink_job *job);
void watched_job_update(struct cluster_view *view, const struct flink_job *job);
void watched_job_fail_savepoint(struct cluster_view *view, const char *reason);
