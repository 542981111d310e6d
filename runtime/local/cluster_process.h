// The processes of one cluster: a JobManager and its TaskManagers, started at the same time.
#pragma once

#include "runtime/fence/cgroups.h"
#include "runtime/fence/sandbox.h"
#include "runtime/host/port_pool.h"
#include "runtime/local/cluster_conf.h"

#include <systemd/sd-event.h>

struct cluster_processes;

struct cluster_processes_options {
    const struct launch_spec *spec;          // borrowed for the call
    const struct workspace_paths *paths;     // borrowed as long as the processes are there
    const struct installed_runtime *runtime; // borrowed for the call
    const struct java *java;                 // borrowed for the call
    const struct sandbox *sandbox;           // borrowed for the call
    const char *mark;                        // see orphans.h; borrowed for the call
    struct port_pool *ports;                 // borrowed as long as the processes are there
    uint16_t api_port;                       // kobel's own, closed to them; 0 = open
    uint16_t s3_port;                        // of kobel's S3 endpoint, open to them; 0 = none
    int64_t silence_limit_ms;                // see cluster_silence.h; more than 0
    const char *shown_later;                 // see sandbox_spec; borrowed for the call
    const struct cgroup_root *cgroups;       // borrowed for the call; NULL = no limits
    const char *const *environment; // KEY=VALUE lines beside what every process gets; may be NULL
    const char *s3_endpoint; // that jobs use unless `environment` names one; borrowed; NULL = none
    // Called once, when the first of them has ended by itself.
    void (*on_lost)(void *userdata, const char *reason);
    void *userdata;
};

// Writes the configuration and starts everything. ERROR_SYSTEM: nothing is left running.
MUST_CHECK bool cluster_processes_start(sd_event *loop,
                                        const struct cluster_processes_options *options,
                                        struct cluster_processes **out_processes,
                                        struct error *err);
uint16_t cluster_processes_rest_port(const struct cluster_processes *processes);
// "http://127.0.0.1:21100"
const char *cluster_processes_rest_url(const struct cluster_processes *processes);
const struct port_block *cluster_processes_ports(const struct cluster_processes *processes);
// JOB_CONF_INSTANCE of this cluster.
const char *cluster_processes_instance(const struct cluster_processes *processes);
// Lost because another program listens on one of its ports: a launch on other ports may succeed.
bool cluster_processes_have_clashed(const struct cluster_processes *processes);
// Lost because the JobManager ended by itself, with an exit status.
bool cluster_processes_jobmanager_exited(const struct cluster_processes *processes);
// How many there are, and the pid of one; what runs in its sandbox are its descendants. Index 0 is
// the JobManager.
int cluster_processes_count(const struct cluster_processes *processes);
pid_t cluster_processes_pid(const struct cluster_processes *processes, int index);
// Sends SIGKILL to all of them, without waiting. NULL is legal.
void cluster_processes_kill(struct cluster_processes *self);
// Kills one of them as if it had died by itself: the JobManager, or a TaskManager.
void cluster_processes_kill_one(struct cluster_processes *self, bool is_jobmanager);
// Asks all of them to end (SIGTERM); their ends are not reported. NULL is legal.
void cluster_processes_terminate(struct cluster_processes *self);
// All of them have ended.
bool cluster_processes_have_ended(const struct cluster_processes *self);
// Kills and reaps all of them; waits for their ends, which is a matter of milliseconds.
void cluster_processes_free(struct cluster_processes *self);
// False: the kernel has killed no process of Python at a limit of memory.
bool cluster_processes_python_kill(const struct cluster_processes *processes, char *out,
                                   size_t size_bytes);
// Kills all of them, and frees them, their ports and their groups when the last one has ended. To
// free the memory of a JVM may take longer than the loop may wait: until then they are on the list
// with this head. NULL is legal.
void cluster_processes_leave(struct cluster_processes *self, struct cluster_processes **leaving);
// Frees all that are on the list.
void cluster_processes_free_leaving(struct cluster_processes **leaving);
DEFINE_AUTO(cluster_processes_free, struct cluster_processes *);
