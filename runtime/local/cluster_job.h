// What is done to the job of a READY cluster.
#pragma once

#include "runtime/insight.h"
#include "runtime/local/cluster.h"

// See runtime/cluster.h.
MUST_CHECK bool cluster_job_submit(struct local_cluster *cluster, const struct submission *job,
                                   struct error *err);
MUST_CHECK bool cluster_job_savepoint(struct local_cluster *cluster,
                                      const struct savepoint_request *request, struct error *err);
// See runtime/insight.h.
void cluster_job_measure(struct local_cluster *cluster);
void cluster_job_inject(struct local_cluster *cluster, enum insight_fault fault);
