// What a process of a cluster is held back by: its limits, and its sandbox.
#pragma once

#include "runtime/fence/cgroups.h"
#include "runtime/fence/sandbox.h"
#include "runtime/host/port_pool.h"
#include "runtime/local/cluster_conf.h"

// A quarter more than what the process was promised, for what cannot be planned: the JVM's own
// memory, the pages of its files, /tmp.
struct cgroup_limits process_fence_limits(const struct launch_spec *spec, enum flink_role role);

struct process_fence {
    const struct sandbox *sandbox;
    const struct workspace_paths *paths;
    const struct installed_runtime *runtime;
    const struct java *java;
    const char *shown_later; // see sandbox_spec
    struct port_block closed_ports;
    struct port_block own_ports;
    uint16_t api_port;
    uint16_t s3_port;
    const struct cgroup *group;
    const struct cgroup_limits *limits;
    int filter_fd;
};

// Adds the sandbox's part of the command line. The command itself follows.
void process_fence_wrap(const struct process_fence *fence, struct argument_list *out);
