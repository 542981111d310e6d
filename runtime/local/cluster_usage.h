// What the processes of one cluster use, read from /proc for its meter (cluster_meter.h).
#pragma once

#include "base/cleanup.h"
#include "runtime/flink/cluster_meter.h"
#include "runtime/local/cluster_process.h"

struct cluster_usage;

// `processes` is borrowed as long as the usage is there.
struct cluster_usage *cluster_usage_new(const struct cluster_processes *processes);
void cluster_usage_free(struct cluster_usage *usage); // NULL is legal
DEFINE_AUTO(cluster_usage_free, struct cluster_usage *);

// False: the process has ended.
bool cluster_usage_read(struct cluster_usage *usage, int index, struct cluster_process_usage *out);
