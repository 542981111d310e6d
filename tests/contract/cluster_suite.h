// What every implementation of the cluster port promises (runtime/cluster.h): one suite, run on the
// fake and on real Flink. It is what keeps the fake honest.
#pragma once

#include "runtime/cluster.h"

struct cluster_suite {
    struct cluster_port port;
    // Lets time pass until something may have changed; false when nothing will any more.
    bool (*pass)(void *self);
    void *self;
    char code_sha256[CODE_SHA256_SIZE];   // a stateful, unbounded job
    char broken_sha256[CODE_SHA256_SIZE]; // one whose main() throws
};

// Launches, submits, saves, stops, restores and retires one cluster; fails the running Criterion
// test where a promise is broken.
void cluster_suite_run(struct cluster_suite *suite);
