// Limits that the kernel keeps: memory, processor, number of threads. One control group for each
// process of a cluster, in version 1 or 2 of the interface, whichever is writable here. Where none
// is, the JVM's own limits remain.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <stdint.h>

enum cgroup_controller { CGROUP_MEMORY, CGROUP_CPU, CGROUP_PIDS, CGROUP_CONTROLLER_COUNT };

struct cgroup_limits {
    int64_t memory_bytes;
    double cpu_cores;
    bool is_cpu_hard; // no more than cpu_cores; else a share of that weight when others want it too
    int pids;         // processes and threads
};

// One group. In version 2 there is one directory for all controllers, and it is the first.
struct cgroup {
    bool is_v2;
    char directories[CGROUP_CONTROLLER_COUNT][FILE_PATH_MAX]; // "" = not limited
};

// Where groups can be made. "" in every place: nowhere.
struct cgroup_root {
    bool is_v2;
    char directories[CGROUP_CONTROLLER_COUNT][FILE_PATH_MAX];
};

// Looks for a place of our own below the group that the daemon is in: /proc/self/mountinfo and
// /proc/self/cgroup say where. Groups that an earlier daemon of this data directory left go.
struct cgroup_root cgroup_root_open(const char *data_directory);
// Describes what a daemon that is started here would get: by doing the same, which nothing is left
// of. Whether a group can be made cannot be told by looking.
void cgroup_root_try(char *out, size_t size_bytes);
// Removes what cgroup_root_open() made, as far as it is empty.
void cgroup_root_close(const struct cgroup_root *root);
// "memory, cpu, pids (v1)"; "none" where nothing can be limited.
void cgroup_root_describe(const struct cgroup_root *root, char *out, size_t size_bytes);

// Makes a group with limits. ERROR_SYSTEM: nothing is left of it.
MUST_CHECK bool cgroup_make(const struct cgroup_root *root, const char *name,
                            const struct cgroup_limits *limits, struct cgroup *out_group,
                            struct error *err);
// The directories of the groups that a process has to join, ended by NULL; borrowed from `group`.
void cgroup_directories(const struct cgroup *group,
                        const char *out[static CGROUP_CONTROLLER_COUNT + 1]);

struct cgroup_incidents {
    int64_t memory_kills; // processes that the kernel killed at the limit
    int64_t refused_pids; // processes or threads that were not made
};
struct cgroup_incidents cgroup_incidents_of(const struct cgroup *group);
// Its processes have ended. What cannot be removed yet goes with a later cgroup_sweep().
void cgroup_remove(const struct cgroup *group);
// Removes what is empty and not new.
void cgroup_sweep(const struct cgroup_root *root);
