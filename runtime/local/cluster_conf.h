// What the processes of a cluster are started with: configuration files, ports, command lines and
// environment. Pure text (facts/flink.md 2, 3, 4).
//
// The configuration of a cluster has nothing that differs by application but the Region: that
// (checkpoints, properties, code) comes with the submission (job_conf.h). So any cluster of the
// right runtime, Region and size can run any job. Runtimes before 1.20 are the exception: they read
// some of it (before 1.18 all settings of the job) only from these files.
#pragma once

#include "base/buffer.h"
#include "runtime/cluster.h"
#include "runtime/host/argument_list.h"
#include "runtime/host/java.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/job_environment.h"
#include "runtime/local/workspace.h"

// The ports that the processes listen on, in this order from the first port of the cluster's block.
// All are chosen by kobel, so that none is open to other applications.
enum { FLINK_PORTS_JOBMANAGER = 4, FLINK_PORTS_TASKMANAGER = 4 };

struct cluster_ports {
    uint16_t rest;
    uint16_t rpc;
    uint16_t blob;
    uint16_t metrics;
    uint16_t taskmanagers; // the first of FLINK_PORTS_TASKMANAGER ports of each
};

uint16_t cluster_ports_count(const struct cluster_size *size);
struct cluster_ports cluster_ports_from(uint16_t first);

// The file's content: flat `key: value` lines, which both of Flink's parsers read.
void cluster_conf_print(const struct launch_spec *spec, const char *instance,
                        const struct cluster_ports *ports, const struct workspace_paths *paths,
                        int64_t heartbeat_timeout_ms, struct buffer *out);

// Where the S3 file system of its jobs goes. The keys are in the environment, not in a file.
void cluster_conf_print_s3(const struct job_surroundings *surroundings, struct buffer *out);

// log4j2's configuration: one file per process, named by the system property log.file.
void cluster_conf_print_log4j(const struct launch_spec *spec, struct buffer *out);

enum flink_role { FLINK_JOBMANAGER, FLINK_TASKMANAGER };

struct flink_process {
    enum flink_role role;
    int index;        // numbers TaskManagers from 1
    const char *mark; // see orphans.h; borrowed
};

// The java command line of one process, from the binary to the last argument.
void cluster_conf_command(const struct flink_process *process, const struct launch_spec *spec,
                          const struct installed_runtime *runtime, const struct java *java,
                          const struct workspace_paths *paths, const struct cluster_ports *ports,
                          struct argument_list *out);
// That of a process that inspects a program (runtime/install/inspector/) with what a JobManager
// gets, up to the main class; its arguments follow.
void cluster_conf_inspector_command(const struct launch_spec *spec,
                                    const struct installed_runtime *runtime,
                                    const struct java *java, const struct workspace_paths *paths,
                                    const char *mark, struct argument_list *out);
// The environment of every process.
void cluster_conf_environment(const struct installed_runtime *runtime, const struct java *java,
                              const struct workspace_paths *paths, bool has_namespaces,
                              const char *mark, struct argument_list *out);
// "jobmanager", "taskmanager-1": names its log and output files.
void cluster_conf_process_name(enum flink_role role, int index, char *out, size_t size_bytes);
