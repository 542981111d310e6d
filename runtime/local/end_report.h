// Describes to the user how a process of a cluster ended.
#pragma once

#include "runtime/fence/cgroups.h"
#include "runtime/host/port_pool.h"
#include "runtime/host/process.h"

struct end_report {
    const char *name;              // "taskmanager-1"
    const char *log_name;          // of its log and output; NULL = the same
    const char *cluster_directory; // its log and output are below it
    const struct cgroup *group;
    int64_t memory_limit_bytes;
    struct port_block ports;
};

// False: it did not end because another program listens on one of its ports.
bool end_report_clash(const struct end_report *report, struct process_end end, char *out,
                      size_t size_bytes);
// One line, with the reason as far as the kernel, its output or its log show one.
void end_report_describe(const struct end_report *report, struct process_end end, char *out,
                         size_t size_bytes);
// False: the kernel has killed no process of its group. For one that runs: what it started is
// smaller, or younger, and so is killed in its place.
bool end_report_python_kill(const struct end_report *report, char *out, size_t size_bytes);
