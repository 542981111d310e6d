// The implementation of the ports of cluster.h, insight.h, capacity.h, state_files.h and
// program.h: clusters of Flink processes on this machine.
#pragma once

#include "base/json.h"
#include "runtime/capacity.h"
#include "runtime/cluster.h"
#include "runtime/insight.h"
#include "runtime/local/local_options.h"
#include "runtime/program.h"
#include "runtime/state_files.h"

#include <systemd/sd-event.h>

struct local_clusters;

// Processes that an earlier daemon left have been killed: see orphans.h.
MUST_CHECK bool local_clusters_new(sd_event *loop, const struct local_options *options,
                                   struct local_clusters **out_clusters, struct error *err);
struct cluster_port local_clusters_port(struct local_clusters *clusters);
struct insight_port local_clusters_insight(struct local_clusters *clusters);
struct capacity_port local_clusters_capacity(struct local_clusters *clusters);
struct state_files_port local_clusters_state_files(struct local_clusters *clusters);
struct program_port local_clusters_programs(struct local_clusters *clusters);
// Kills every process of every cluster and waits until they are gone (SIGKILL: a matter of
// milliseconds).
void local_clusters_free(struct local_clusters *self);
DEFINE_AUTO(local_clusters_free, struct local_clusters *);

// The port of kobel's API. Clusters that are launched from now on cannot connect to it.
// Jobs may connect to the S3 endpoint at this port of 127.0.0.1, and not listen there.
void local_clusters_serve_port(struct local_clusters *clusters, uint16_t port);
void local_clusters_close_port(struct local_clusters *clusters, uint16_t port);

// The S3 endpoint ("http://127.0.0.1:9000") of jobs whose environment names no other one. Clusters
// that are launched from now on have it.
void local_clusters_set_s3(struct local_clusters *clusters, const char *endpoint);

// Why something that an earlier daemon left could not be removed at the start; "": all was. The
// next start tries again.
const char *local_clusters_left_behind(const struct local_clusters *clusters);

// What the kernel limits: "memory, cpu, pids (v1)", or "none".
void local_clusters_limits(const struct local_clusters *clusters, char *out, size_t size_bytes);

// What GET /kobel/v1/status shows of the clusters: [{"id", "applicationId", "health", "isSpare",
// "slots", "memoryBytes", "logDirectory", ...}].
json_t *local_clusters_status(const struct local_clusters *clusters);
