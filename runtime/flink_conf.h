// What Flink is told: configuration files, command lines, and the settings of one job. Pure text
// (flink-verified 2, 3, 4; flink-runtime 2.2-2.4).
//
// A cluster's own configuration says nothing that differs by application: what does (checkpoints,
// properties, code) comes with the submission, so that any cluster of the right runtime and size
// can take any job.
#pragma once

#include "base/buffer.h"
#include "base/json.h"
#include "runtime/cluster.h"
#include "runtime/host/argument_list.h"
#include "runtime/host/java.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/workspace.h"

// What is listened on by whom, in this order from the first port of the cluster's block on: all of
// it is named, so that nothing listens where another application could reach it.
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

// A setting that Flink keeps and tells, and does not use: a name that no other cluster has, so that
// a JobManager can be told from one that listens there by mistake.
#define FLINK_CONF_INSTANCE      "kobel.instance"
#define FLINK_CONF_INSTANCE_SIZE 36

void flink_conf_choose_instance(char out[static FLINK_CONF_INSTANCE_SIZE]);

// The file's content: flat `key: value` lines, which both of Flink's parsers read.
void flink_conf_print(const struct launch_spec *spec, const char *instance,
                      const struct cluster_ports *ports, const struct workspace_paths *paths,
                      int64_t heartbeat_timeout_ms, struct buffer *out);

// log4j2's configuration: one file per process, named by the system property log.file.
void flink_conf_print_log4j(const struct launch_spec *spec, struct buffer *out);

// flinkConfiguration of a run request: canonical keys and values, because Flink compares them as
// text when the program configuration is locked. The caller owns it.
json_t *flink_conf_job(const struct job_spec *spec, const struct workspace_paths *paths);

// A duration as Flink prints it: "1 min", "7777 ms", "5 s", "2 h", "1 d".
void flink_conf_duration(int64_t duration_ms, char *out, size_t size_bytes);

enum flink_role { FLINK_JOBMANAGER, FLINK_TASKMANAGER };

struct flink_process {
    enum flink_role role;
    int index;        // numbers TaskManagers from 1
    const char *mark; // see orphans.h; borrowed
};

// The java command line of one process, from the binary to the last argument.
void flink_conf_command(const struct flink_process *process, const struct launch_spec *spec,
                        const struct installed_runtime *runtime, const struct java *java,
                        const struct workspace_paths *paths, const struct cluster_ports *ports,
                        struct argument_list *out);
// "jobmanager", "taskmanager-1": names its log and output files.
void flink_conf_process_name(enum flink_role role, int index, char *out, size_t size_bytes);

// JVM flags that decide whether a class-data archive fits: shared with the command that makes the
// archives.
void flink_conf_add_jvm_flags(enum profile profile, struct argument_list *out);
