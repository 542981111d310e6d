// Limits that the kernel enforces: memory, processor, number of threads. There is one control group
// for each process of a cluster, in version 1 or 2 of the interface, whichever is writable. Without
// control groups, only the limits of the JVM remain.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <stdint.h>

enum cgroup_controller { CGROUP_MEMORY, CGROUP_CPU, CGROUP_PIDS, CGROUP_CONTROLLER_COUNT };

struct cgroup_limits {
    int64_t memory_bytes;
    double cpu_cores;
    bool is_cpu_hard; // true: at most cpu_cores; false: a weight, while others want it too
    int pids;         // processes and threads
};

// One group. In version 2 the first directory is that of all controllers.
struct cgroup {
    bool is_v2;
    char directories[CGROUP_CONTROLLER_COUNT][FILE_PATH_MAX]; // "" = not limited
};

// The directories in which groups can be made; "" = none for this controller.
struct cgroup_root {
    bool is_v2;
    char directories[CGROUP_CONTROLLER_COUNT][FILE_PATH_MAX];
};

// Makes the root below the group of the daemon, which it finds by /proc/self/mountinfo and
// /proc/self/cgroup. Removes the groups that an earlier daemon of this data directory has left.
struct cgroup_root cgroup_root_open(const char *data_directory);
// Describes what a daemon would get here: it opens a root and closes it again, because only that
// shows whether a group can be made.
void cgroup_root_try(char *out, size_t size_bytes);
// Removes the root that cgroup_root_open() made, and its empty groups.
void cgroup_root_close(const struct cgroup_root *root);
// "memory, cpu, pids (v1)"; "none" where nothing can be limited.
void cgroup_root_describe(const struct cgroup_root *root, char *out, size_t size_bytes);

// Makes a group with limits. ERROR_SYSTEM: none was made.
MUST_CHECK bool cgroup_make(const struct cgroup_root *root, const char *name,
                            const struct cgroup_limits *limits, struct cgroup *out_group,
                            struct error *err);
// The directories that a process has to join, ended by NULL; borrowed from `group`.
void cgroup_directories(const struct cgroup *group,
                        const char *out[static CGROUP_CONTROLLER_COUNT + 1]);

struct cgroup_incidents {
    int64_t memory_kills; // processes that the kernel killed at the limit
    int64_t refused_pids; // processes or threads that could not be started
};
struct cgroup_incidents cgroup_incidents_of(const struct cgroup *group);
// To be called when its processes have ended. What cannot be removed yet is removed by a later
// cgroup_sweep().
void cgroup_remove(const struct cgroup *group);
// Removes the groups that are empty and not new.
void cgroup_sweep(const struct cgroup_root *root);
