// Priming: a trivial job (runtime/install/primer/) runs on a cluster and is stopped with a
// savepoint. The next job finds classes, REST handlers and RocksDB's library loaded, which saves
// two thirds of the time of a first job. Worth it for a spare, and while an old job still runs.
#pragma once

#include "runtime/flink/cluster_watch.h"
#include "runtime/local/workspace.h"

// What its job ids begin with: "kobel" in hexadecimal digits.
#define PRIMER_JOB_PREFIX "6b6f62656c"
#define PRIMER_JAR_ID     "primer.jar" // in WORKSPACE_UPLOAD of a cluster

// The trivial job, for the settings of a cluster that runs nothing else.
struct job_spec primer_job(enum runtime_environment runtime, int parallelism);
// Runs the trivial job, whose jar is in its place already. `state_directory` takes its checkpoints;
// `restore_path` is its savepoint, or "".
void primer_submit(struct cluster_watch *watch, enum runtime_environment runtime, int parallelism,
                   const char *state_directory, const char *restore_path);
// Stops it with a savepoint below `directory`.
void primer_stop(struct cluster_watch *watch, const char *directory);

// How far the trivial job of a cluster is.
enum primer_stage {
    PRIMER_NONE,  // there is none
    PRIMER_WAITS, // until the cluster has booted
    PRIMER_RUNS,
    PRIMER_STOPS,
    PRIMER_DONE,
};

struct primer_place {
    const char *runtimes_directory;
    enum runtime_environment runtime;
    int slots;
    bool is_python; // the trivial job in Python instead
    const char *cluster_directory;
    const char *state_directory;
};

// Takes the next step on a cluster that has booted. True: done. Without the trivial job, or with
// one that failed, the cluster is usable like any that just booted.
bool primer_advance(enum primer_stage *stage, struct cluster_watch *watch,
                    const struct primer_place *place);
