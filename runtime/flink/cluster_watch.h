// Keeps the view of one cluster's job, slots and savepoint up to date by asking its JobManager, and
// carries requests to it. What its processes do is told by whoever owns them.
//
// One question is under way at a time: every 20 ms while something is expected to change, once a
// second while a job runs quietly or main() does, never while there is nothing to learn.
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
    int slots;                     // READY when so many are registered
    int64_t silence_limit_ms;      // see cluster_silence.h
    void (*on_change)(void *userdata);
    // Once it was READY: it has been silent for as long as the limit, or never answered a
    // submission. Called once or more often.
    void (*on_silent)(void *userdata, const char *reason);
    // Another cluster's JobManager answers, or another's TaskManager has registered. Nothing is
    // asked any more.
    void (*on_stranger)(void *userdata, const char *reason);
    void *userdata;
};

MUST_CHECK bool cluster_watch_new(sd_event *loop, const struct cluster_watch_options *options,
                                  struct cluster_watch **out_watch, struct error *err);
void cluster_watch_free(struct cluster_watch *watch);
DEFINE_AUTO(cluster_watch_free, struct cluster_watch *);

// Whoever else asks its JobManager does so through this client. It is the watch's.
struct flink_client *cluster_watch_client(struct cluster_watch *watch);

// Everything but `health` is the watch's to say; `slots` counts the registered ones.
const struct cluster_view *cluster_watch_view(const struct cluster_watch *watch);
// Flink's plan of the job as JSON text that the caller frees; NULL while it is not known.
char *cluster_watch_plan(const struct cluster_watch *watch);
bool cluster_watch_is_ready(const struct cluster_watch *watch);
// Its JobManager has answered, and is its own.
bool cluster_watch_has_answered(const struct cluster_watch *watch);

// A job will be submitted: it is what is watched from now on, and SUBMITTING.
void cluster_watch_announce(struct cluster_watch *watch, const char *job_id);
// ... and will not, because of `failure`.
void cluster_watch_reject(struct cluster_watch *watch, const char *failure);
// POSTs `body` to /jars/<jar_id>/run. The job id is in the body, and is what is watched from then
// on.
void cluster_watch_submit(struct cluster_watch *watch, const char *jar_id, const char *job_id,
                          const json_t *body);

// As if no job had ever been submitted: a spare becomes an application's cluster.
void cluster_watch_forget_job(struct cluster_watch *watch);

// The next savepoint fails without being asked for.
void cluster_watch_fail_savepoint(struct cluster_watch *watch);

// Asks for a savepoint of the current job below the directory with that URI; with `stops_job` the
// job ends with it.
void cluster_watch_savepoint(struct cluster_watch *watch, const char *trigger_id,
                             const char *directory_uri, bool stops_job);

// The program's main() has been called in the JobManager, and has not come back as far as is known.
bool cluster_watch_runs_main(const struct cluster_watch *watch);
