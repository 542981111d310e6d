// What a cluster for a job costs on this machine. Pure (facts/kobel.md 4;
// facts/service.md 3; facts/flink.md 2.4).
#pragma once

#include "model/cluster_size.h"
#include "model/job_spec.h"

// `parallelism` is what the cluster runs; autoscaling may have raised it above the configured one.
//   aws: one TaskManager a KPU with ParallelismPerKPU slots, 4 GiB each (3 GiB heap, 1 GiB native),
//   one vCPU.
//   dev: the smallest memory that runs ordinary jobs; up to 8 slots share one TaskManager.
struct cluster_size sizing_for(enum profile profile, const struct job_spec *spec, int parallelism);
