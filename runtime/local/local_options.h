// What the daemon chooses for the clusters of this machine.
#pragma once

#include "runtime/cluster.h"
#include "runtime/code_store.h"
#include "runtime/fence/sandbox.h"
#include "runtime/host/java.h"

#define SPARES_MAX 8

struct local_options {
    const char *data_directory; // apps/ and spares/ are below it
    const char *mark;           // of that directory, see orphans.h; "" = processes are not marked
    const char *runtimes_directory;
    struct code_port code; // where the code of jobs is; not used before the loop runs
    struct java java;
    struct sandbox sandbox;
    // Clusters listen on ports between these two. Other programs cannot connect to them where the
    // sandbox can close ports.
    uint16_t first_port;
    uint16_t last_port;
    int spares;                         // clusters kept ready, one for each shape used last
    int64_t spare_max_age_ms;           // older ones end; 0 = no limit
    int64_t memory_budget_bytes;        // of all clusters, spares too
    int64_t headroom_bytes;             // see struct launch_spec; in the dev profile
    int64_t log_budget_bytes;           // see log_budget.h; 0 = its default
    int64_t silence_limit_ms;           // see cluster_silence.h; 0 = its default
    int64_t program_limit_ms;           // of main() when it is inspected; 0 = its default
    const char *const *job_environment; // NULL-terminated KEY=VALUE lines that every JVM gets
    cluster_change_fn *on_change;       // may be NULL
    void *userdata;
};
