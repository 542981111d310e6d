// The parts of flink_cluster.c, for the files that share them: flink_cluster (launching, jobs,
// views), flink_cluster_submit, flink_cluster_files (what is on disk), flink_cluster_look (what can
// be seen inside), flink_cluster_memory, flink_cluster_boot, flink_cluster_prime,
// flink_cluster_spare, flink_cluster_claim.
#pragma once

#include "runtime/flink/cluster_meter.h"
#include "runtime/flink/cluster_watch.h"
#include "runtime/host/disk_usage.h"
#include "runtime/host/orphans.h"
#include "runtime/host/trash.h"
#include "runtime/http/http_client.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/boot_progress.h"
#include "runtime/local/cluster_process.h"
#include "runtime/local/cluster_usage.h"
#include "runtime/local/flink_cluster.h"
#include "runtime/local/log_budget.h"

// How far a trivial job has come that runs on a cluster before it is READY.
enum priming {
    PRIMING_NONE,  // there is none
    PRIMING_WAITS, // until the cluster has booted
    PRIMING_RUNS,
    PRIMING_SAVES, // it is stopped with a savepoint
    PRIMING_DONE,
};

// One cluster: its processes, and the watch over its job. Ends with the first process that dies.
struct cluster {
    struct cluster *next;
    struct flink_clusters *owner;
    struct launch_spec spec;
    char spare_id[APP_CLUSTER_ID_SIZE]; // what it is, or was, called as a spare; "" = never one
    bool is_spare;                      // no application's yet
    enum priming priming;
    int64_t born_us;         // monotonic
    bool shows_later;        // its sandbox is to be given the directories of who claims it
    struct showing *showing; // ... and is being given them; see flink_cluster_claim.c
    struct workspace_paths paths;
    enum cluster_health health;
    bool is_ended_by_program; // see cluster_view
    bool has_clashed; // lost while it booted, because of somebody else's program on its ports
    int clashes;      // of the same launch before this one
    char failure[APP_FAILURE_SIZE]; // why LOST
    struct cluster_processes *processes;
    struct cluster_watch *watch;
    struct kafka_lag *lag;       // of the job's consumer groups; NULL: its properties name none
    struct staging *staging;     // of the job's code; NULL: it is in its place
    struct cluster_meter *meter; // NULL before the first measurement; asks `lag` and `usage`
    struct cluster_usage *usage; // NULL before
    struct boot_progress boot;
    sd_event_source *boot_timer; // looks at it
    struct log_budget *logs;     // what they take of the disk
    sd_event_source *burial;     // ends the processes in a turn of the loop of their own
};

struct flink_clusters {
    sd_event *loop;
    struct flink_clusters_options options;
    char data_directory[FILE_PATH_MAX];
    char left_behind[APP_FAILURE_SIZE]; // see flink_clusters_left_behind()
    char runtimes_directory[FILE_PATH_MAX];
    char mark[ORPHANS_MARK_SIZE];
    int held_runtimes[RUNTIME_COUNT]; // descriptors; -1 = not held
    struct cgroup_root cgroups;
    struct port_pool ports;
    uint16_t api_port;
    struct http_client *http;
    struct cluster *clusters;
    struct cluster_processes *leaving; // killed; see cluster_processes_leave()
    struct trash *trash;
    struct disk_usage *usage;
    struct launch_spec wanted[SPARES_MAX]; // spares to be kept, the newest wish first
    size_t wanted_count;
    sd_event_source *tending; // looks after the spares
};

// Starts a cluster of its own; its health goes from BOOTING on. ERROR_UNAVAILABLE, ERROR_SYSTEM.
MUST_CHECK bool flink_cluster_boot(struct flink_clusters *owner, const struct launch_spec *spec,
                                   bool is_spare, struct error *err);
// Kills it, forgets it and leaves its logs.
void flink_cluster_end(struct cluster *cluster);

// --- booting: see runtime/cluster.h ---

// A cluster is BOOTING from now on: it is LOST when it does not get any further. ERROR_SYSTEM.
MUST_CHECK bool flink_boot_watch(struct cluster *cluster, struct error *err);
bool flink_boot_admits(void *self, const struct launch_spec *spec);

// --- memory: see runtime/capacity.h ---

int64_t flink_clusters_memory_bytes(const struct flink_clusters *owner, bool with_spares);
int64_t flink_memory_used_bytes(void *self);
int64_t flink_memory_of_bytes(void *self, const char *cluster_id);

// Of an application, not a spare. NULL: not known; the second: or not READY, which is
// ERROR_UNAVAILABLE.
struct cluster *flink_cluster_find(const struct flink_clusters *self, const char *cluster_id);
struct cluster *flink_cluster_find_ready(struct flink_clusters *self, const char *cluster_id,
                                         struct error *err);
// Tells the owner that the view of the application's cluster has changed.
void flink_cluster_changed(const struct cluster *cluster);

// Nobody waits for it any more: its processes end in the next turn, `reason` is its failure.
void flink_cluster_lose(struct cluster *cluster, const char *reason);

// Takes the priming of a cluster that has booted one step further. True: there is nothing left to
// be done.
bool flink_prime(struct cluster *cluster);

// --- submitting: see runtime/cluster.h ---

bool flink_submit(void *self, const char *cluster_id, const struct submission *job,
                  struct error *err);
void flink_submit_cancel(struct cluster *cluster); // the code is still being copied

// --- claiming ---

// A spare becomes the cluster that `spec` asks for: READY at once, or when it has booted, was
// primed, and its sandbox has been given the application's directories. ERROR_SYSTEM: it is of no
// use.
MUST_CHECK bool flink_claim(struct cluster *spare, const struct launch_spec *spec,
                            struct error *err);
// It has booted and was primed after it was claimed.
void flink_claim_booted(struct cluster *cluster);
void flink_claim_free(struct cluster *cluster);

// --- looking inside: see runtime/insight.h ---

// Drops the meter, what it asks, and its measurements.
void flink_look_forget(struct cluster *cluster);
void flink_look_measure(void *self, const char *cluster_id);
const struct job_measurement *flink_look_measured(void *self, const char *cluster_id);
char *flink_look_job_plan(void *self, const char *cluster_id);
struct insight_fetch *flink_look_fetch(void *self, const char *cluster_id, const char *path,
                                       insight_page_fn *done, void *userdata);
void flink_look_cancel_fetch(void *self, struct insight_fetch *fetch);

// --- spares ---

// A spare that fits becomes the cluster that `spec` asks for. NULL: there is none.
struct cluster *flink_spare_claim(struct flink_clusters *owner, const struct launch_spec *spec);
// There is one.
bool flink_spare_fits(const struct flink_clusters *owner, const struct launch_spec *spec);
// Spares give way until so many more bytes fit into the budget, or there are none left.
void flink_spare_make_room(struct flink_clusters *owner, int64_t needed_bytes);
void flink_spare_keep(void *self, const struct launch_spec *spec);
void flink_runtimes_hold(void *self, uint32_t runtimes);
bool flink_logs_list(void *self, const char *app_id, insight_log_fn *visit, void *userdata,
                     struct error *err);
bool flink_logs_read(void *self, const char *app_id, const char *cluster_id, const char *file,
                     int64_t from, struct insight_log_page *out_page, struct error *err);
// What only this application could have used; it is going away.
void flink_spare_forget(struct flink_clusters *owner, const char *app_id);

// --- files: see runtime/state_files.h ---

// Something was put on the disk or taken off it.
void flink_files_changed(struct flink_clusters *owner, const char *app_id);
int64_t flink_files_disk_used_bytes(void *self, const char *app_id);
bool flink_files_find_checkpoint(void *self, const char *app_id, const char *job_id,
                                 char out_path[static FILE_PATH_MAX]);
bool flink_files_find_savepoint(void *self, const char *app_id, const struct snapshot *snapshot,
                                char out_path[static FILE_PATH_MAX]);
bool flink_files_prune_checkpoints(void *self, const char *app_id, state_files_need_fn *is_needed,
                                   void *userdata, int *out_removed, struct error *err);
bool flink_files_remove_snapshot(void *self, const char *app_id, const struct snapshot *snapshot,
                                 struct error *err);
bool flink_files_erase_app(void *self, const char *app_id, struct error *err);
