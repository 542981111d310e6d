// One cluster of this machine: its processes, the watch over its job, and its health. It ends with
// the first of its processes that ends.
#pragma once

#include "runtime/flink/cluster_watch.h"
#include "runtime/local/boot_watch.h"
#include "runtime/local/claim_mounts.h"
#include "runtime/local/cluster_process.h"
#include "runtime/local/job_meter.h"
#include "runtime/local/log_budget.h"
#include "runtime/local/machine.h"
#include "runtime/local/primer.h"
#include "runtime/local/python_stage.h"
#include "runtime/local/submit.h"

struct local_cluster;

// The cluster is LOST. It may be freed now.
typedef void local_cluster_lost_fn(void *userdata, struct local_cluster *cluster);

// Read by the files above this one, changed by cluster.c and cluster_job.c alone, but for the first
// two fields.
struct local_cluster {
    struct local_cluster *next; // of its list
    int clashes;                // of the same launch before this one
    struct machine *machine;
    local_cluster_lost_fn *on_lost;
    void *userdata;
    struct launch_spec spec;
    char spare_id[APP_CLUSTER_ID_SIZE]; // its id as a spare; "" = it never was one
    bool is_spare;                      // of no application yet
    int64_t born_us;                    // monotonic
    enum cluster_health health;
    char failure[APP_FAILURE_SIZE]; // why LOST
    bool is_ended_by_program;       // see cluster_view
    bool has_clashed; // lost while it booted, because another program has one of its ports
    // Its sandboxes get the application's directories when it is claimed.
    bool mounts_later;
    struct claim_mounts *mounts; // under way
    struct workspace_paths paths;
    // Where the primer's state goes: what its sandboxes show from the beginning, so that of the
    // spare also once it is claimed.
    char primer_directory[FILE_PATH_MAX];
    enum primer_stage primer;
    struct cluster_processes *processes;
    struct cluster_watch *watch;
    struct boot_watch *boot;
    struct log_budget *logs;
    struct job_meter meter;
    struct submit *submit;                  // under way
    struct python_stage *program;           // its program in Python is being prepared
    char program_failure[APP_FAILURE_SIZE]; // why that program cannot run; "" = it can
    struct code_stage *code;                // the jar of its first job is being copied
    bool has_code;                          // that jar is in its place; no job has run yet
    sd_event_source *ending;                // calls on_lost in a turn of its own
};

// Starts a cluster, which is BOOTING then. ERROR_UNAVAILABLE: the runtime is not installed.
// ERROR_SYSTEM. The caller removes its directory in case of a failure.
MUST_CHECK bool local_cluster_start(struct machine *machine, const struct launch_spec *spec,
                                    bool is_spare, local_cluster_lost_fn *on_lost, void *userdata,
                                    struct local_cluster **out_cluster, struct error *err);
// A spare becomes the cluster that `spec` asks for: READY at once, or when it has booted, was
// primed, and its sandboxes have got the application's directories. ERROR_SYSTEM: it is not usable
// any more.
MUST_CHECK bool local_cluster_claim(struct local_cluster *spare, const struct launch_spec *spec,
                                    struct error *err);
// It is LOST, for that reason. What the watch saw last stays until the cluster is freed.
void local_cluster_lose(struct local_cluster *cluster, const char *reason);
// Calls on_change of the options for the cluster of an application.
void local_cluster_changed(const struct local_cluster *cluster);
// Kills the processes, and drops all but the record of it.
void local_cluster_stop(struct local_cluster *cluster);
void local_cluster_free(struct local_cluster *cluster);
DEFINE_AUTO(local_cluster_free, struct local_cluster *);
