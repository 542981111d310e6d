// What all clusters of one daemon share: its directories, TCP ports, control groups, HTTP client.
#pragma once

#include "runtime/fence/cgroups.h"
#include "runtime/host/disk_usage.h"
#include "runtime/host/orphans.h"
#include "runtime/host/port_pool.h"
#include "runtime/host/trash.h"
#include "runtime/http/http_client.h"
#include "runtime/local/cluster_process.h"
#include "runtime/local/local_options.h"

struct machine {
    sd_event *loop;
    struct local_options options;
    char data_directory[FILE_PATH_MAX];
    char apps_directory[FILE_PATH_MAX]; // below it
    char runtimes_directory[FILE_PATH_MAX];
    char mark[ORPHANS_MARK_SIZE];
    char left_behind[APP_FAILURE_SIZE]; // see local_clusters_left_behind()
    int held_runtimes[RUNTIME_COUNT];   // descriptors; -1 = not held
    struct cgroup_root cgroups;
    struct port_pool ports;
    uint16_t api_port;               // of kobel's API; 0 = not known yet
    uint16_t s3_port;                // of kobel's S3 endpoint; the same
    char s3_endpoint[FILE_PATH_MAX]; // for jobs; "" = none
    struct http_client *http;
    struct cluster_processes *leaving; // killed; see cluster_processes_leave()
    struct trash *trash;
    struct disk_usage *usage;
};

// Removes what an earlier daemon left on disk. `machine` is zeroed before, and closed by the caller
// in case of a failure, too.
MUST_CHECK bool machine_open(struct machine *machine, sd_event *loop,
                             const struct local_options *options, struct error *err);
// No cluster is there any more. Waits until all processes are gone.
void machine_close(struct machine *machine);

// The memory that each process of a cluster of this size may use beyond it.
int machine_headroom_mb(const struct machine *machine, const struct cluster_size *size);

// Files of the application were added or removed.
void machine_files_changed(struct machine *machine, const char *app_id);

// Holds these runtimes (bits by enum runtime_environment) and no others. A runtime is held by a
// shared lock on its directory, which the kernel releases with the daemon. `kobel runtime remove`
// checks it, whichever daemon holds it.
void machine_hold_runtimes(struct machine *machine, uint32_t runtimes);
// Holds one more. ERROR_UNAVAILABLE: it is not installed.
MUST_CHECK bool machine_hold_runtime(struct machine *machine, enum runtime_environment runtime,
                                     struct error *err);
