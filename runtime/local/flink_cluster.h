// The real thing: clusters of Flink processes on this machine, behind the ports of cluster.h,
// insight.h, capacity.h and state_files.h.
#pragma once

#include "runtime/capacity.h"
#include "runtime/cluster.h"
#include "runtime/code_store.h"
#include "runtime/fence/sandbox.h"
#include "runtime/host/java.h"
#include "runtime/insight.h"
#include "runtime/state_files.h"

#include <systemd/sd-event.h>

#define SPARES_MAX 8

struct flink_clusters;

struct flink_clusters_options {
    const char *data_directory; // apps/ and spares/ are below it
    const char *mark;           // of that directory, see orphans.h; "" = nothing is marked
    const char *runtimes_directory;
    struct code_port code; // where the code of jobs is; not used without a turn of the loop
    struct java java;
    struct sandbox sandbox;
    uint16_t first_port; // clusters listen on ports between these two, and nobody else connects to
    uint16_t last_port;  // them where the sandbox can close ports
    int spares;          // clusters kept ready for the applications used last, one each
    int64_t spare_max_age_ms;           // older ones end; 0 = they may get as old as they like
    int64_t memory_budget_bytes;        // of all clusters, spares too
    int64_t log_budget_bytes;           // see log_budget.h; 0 = its default
    int64_t silence_limit_ms;           // see cluster_silence.h; 0 = its default
    const char *const *job_environment; // NULL-terminated KEY=VALUE lines that every JVM gets
    cluster_change_fn *on_change;
    void *userdata;
};

// Processes that an earlier daemon left have been killed: see orphans.h.
MUST_CHECK bool flink_clusters_new(sd_event *loop, const struct flink_clusters_options *options,
                                   struct flink_clusters **out_clusters, struct error *err);
struct cluster_port flink_clusters_port(struct flink_clusters *clusters);
struct insight_port flink_clusters_insight(struct flink_clusters *clusters);
struct capacity_port flink_clusters_capacity(struct flink_clusters *clusters);
struct state_files_port flink_clusters_state_files(struct flink_clusters *clusters);
// Kills every process of every cluster and waits until they are gone (SIGKILL: a matter of
// milliseconds).
void flink_clusters_free(struct flink_clusters *self);
DEFINE_AUTO(flink_clusters_free, struct flink_clusters *);

// The port of kobel's own API, which clusters that are launched from now on cannot connect to.
void flink_clusters_close_port(struct flink_clusters *clusters, uint16_t port);

// Why something that a daemon before left could not be removed at the start; "": all was. The next
// start tries again.
const char *flink_clusters_left_behind(const struct flink_clusters *clusters);

// What the kernel limits: "memory, cpu, pids (v1)", or "none".
void flink_clusters_limits(const struct flink_clusters *clusters, char *out, size_t size_bytes);

// What GET /kobel/v1/status shows of the clusters: [{"id", "application", "health", "job",
// "restAddress", "directory"}].
json_t *flink_clusters_status(struct flink_clusters *clusters);
