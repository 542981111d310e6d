// What every implementation of clusters promises (runtime/cluster.h, insight.h, capacity.h,
// state_files.h): one suite, run on the fake and on real Flink. It is what keeps the fake honest.
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
    // Lets time pass until something may have changed; false when nothing will any more.
    bool (*pass)(void *self);
    void *self;
    char code_sha256[CODE_SHA256_SIZE];   // a stateful, unbounded job
    char broken_sha256[CODE_SHA256_SIZE]; // one whose main() throws
};

// Launches, submits, saves, stops, restores and retires one cluster; fails the running Criterion
// test where a promise is broken.
void cluster_suite_run(struct cluster_suite *suite);
