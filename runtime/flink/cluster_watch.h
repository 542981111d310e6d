// Keeps the view of one cluster's job, slots and savepoint up to date by asking its JobManager, and
// sends requests to it. The end of its processes is noticed by their owner.
//
// One question is open at a time: every 20 ms while a change is expected, once a second while the
// job runs quietly or main() runs, and none while nothing can change.
#pragma once

#include "runtime/cluster.h"
#include "runtime/flink/flink_client.h"
#include "runtime/flink/flink_reply.h"

#include <systemd/sd-event.h>

struct cluster_watch;

struct cluster_watch_options {
    struct http_client *http;
    const char *base_url;          // of its JobManager, see flink_client.h; borrowed for the call
    const char *instance;          // the JobManager's JOB_CONF_INSTANCE; borrowed for the call
    struct flink_port_range ports; // of the cluster
    int slots;                     // READY when that many are registered
    int64_t silence_limit_ms;      // see cluster_silence.h
    void (*on_change)(void *userdata);
    // The cluster was READY and has not answered for as long as the limit, or never answered a
    // submission. Called once or more often.
    void (*on_silent)(void *userdata, const char *reason);
    // The JobManager of another cluster answers, or the TaskManager of another one has registered.
    // No further question is asked.
    void (*on_stranger)(void *userdata, const char *reason);
    void *userdata;
};

MUST_CHECK bool cluster_watch_new(sd_event *loop, const struct cluster_watch_options *options,
                                  struct cluster_watch **out_watch, struct error *err);
void cluster_watch_free(struct cluster_watch *watch);
DEFINE_AUTO(cluster_watch_free, struct cluster_watch *);

// The client for all other questions to this JobManager; owned by the watch.
struct flink_client *cluster_watch_client(struct cluster_watch *watch);

// All but `health`, which the owner knows. `slots` counts the registered ones.
const struct cluster_view *cluster_watch_view(const struct cluster_watch *watch);
// Flink's plan of the job as JSON text that the caller frees; NULL = not known yet.
char *cluster_watch_plan(const struct cluster_watch *watch);
bool cluster_watch_is_ready(const struct cluster_watch *watch);
// The cluster's own JobManager has answered.
bool cluster_watch_has_answered(const struct cluster_watch *watch);

// A job will be submitted: it is watched from now on, and is SUBMITTING.
void cluster_watch_announce(struct cluster_watch *watch, const char *job_id);
// An announced job will not be submitted, because of `failure`.
// A better reason for the failure that the view has.
void cluster_watch_explain(struct cluster_watch *watch, const char *failure);
void cluster_watch_reject(struct cluster_watch *watch, const char *failure);
// POSTs `body`, which contains the job id, to /jars/<jar_id>/run, and watches that job.
void cluster_watch_submit(struct cluster_watch *watch, const char *jar_id, const char *job_id,
                          const json_t *body);

// Forgets the job, as if none had been submitted: a spare becomes an application's cluster.
void cluster_watch_forget_job(struct cluster_watch *watch);

// The next savepoint fails, without a request to Flink.
void cluster_watch_fail_savepoint(struct cluster_watch *watch);

// Requests a savepoint of the current job below the directory with that URI. `stops_job`:
// stop-with-savepoint.
void cluster_watch_savepoint(struct cluster_watch *watch, const char *trigger_id,
                             const char *directory_uri, bool stops_job);

// main() of the program may be running in the JobManager.
bool cluster_watch_runs_main(const struct cluster_watch *watch);
