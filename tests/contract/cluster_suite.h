// The contract of the ports of clusters (runtime/cluster.h, insight.h, capacity.h, state_files.h):
// one suite for the fake and for real Flink, so that the fake behaves as Flink does.
#pragma once

#include "runtime/capacity.h"
#include "runtime/cluster.h"
#include "runtime/insight.h"
#include "runtime/state_files.h"

struct cluster_suite {
    struct cluster_port clusters;
    struct insight_port insight;
    struct capacity_port capacity;
    struct state_files_port state_files;
    // Waits until something may have changed; false when nothing will change any more.
    bool (*pass)(void *self);
    void *self;
    char code_sha256[CODE_SHA256_SIZE];   // a stateful, unbounded job
    char broken_sha256[CODE_SHA256_SIZE]; // one whose main() throws
};

// Launches, submits, saves, stops, restores and retires one cluster; fails the running test where
// the contract is broken.
void cluster_suite_run(struct cluster_suite *suite);
