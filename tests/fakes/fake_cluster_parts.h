// The parts of the fake, for fake_cluster.c (ports of clusters), fake_cluster_disk.c (port of state
// files), fake_cluster_life.c (what happens by itself) and fake_cluster_control.c (faults).
#pragma once

#include "fakes/fake_cluster.h"

#define CLUSTERS_MAX 64
#define POINTS_MAX   256

struct fake {
    struct launch_spec spec;
    struct cluster_view view;
    char restored_from[FILE_PATH_MAX];
    char snapshot_name[APP_SNAPSHOT_NAME_SIZE];
    bool stops_job;
    double booted; // ticks of its boot that are done
    int boot_age;  // ticks since its launch
    int count;     // the state of its job
    bool is_broken;
    bool is_used;
};

// A complete savepoint or checkpoint on the "disk".
struct point {
    char path[FILE_PATH_MAX];
    int count;
    bool is_used;
};

struct fake_clusters {
    uint32_t held_runtimes;
    struct fake fakes[CLUSTERS_MAX];
    struct point points[POINTS_MAX];
    cluster_change_fn *on_change;
    void *userdata;
    int calls;
    int primed;
    int spares_asked;
    int failing_call;
    const char *submission_failure; // NULL: submissions do not fail; the same for the next ones
    const char *request_failure;
    const char *removal_failure;
    const char *import_misfit;
    const char *launch_failure;
    const char *lost_code;
    int savepoint_ticks; // delay of the next savepoint
    int boots_max;       // 0: any number
    int boot_ticks;      // 0: one
    int boots_at_once;
    int boot_limit;
    int deadly_call;
    bool *is_dead; // NULL: the daemon does not die
    char reject_reason[200];
    char rejected_code[CODE_SHA256_SIZE];
    bool jobs_hang;
    bool holds_tasks;
    bool jobs_are_batch;
    bool jobs_end_in_savepoints;
    bool savepoints_fail;
    int savepoints_to_fail;
    int savepoints_without_a_task;
    int confirms_to_lose;
    bool boots_fail;
    bool has_no_checkpoints;
    int checkpoints;
    const char *metadata;        // directory of a savepoint that stands for all; NULL = no files
    struct job_measurement load; // of every job; without vertices nothing is measured
    bool has_log;                // `log` is read, not FAKE_LOG
    char log[FAKE_LOG_MAX];
    size_t log_bytes;
};

// Counts a call of a port; false when this call has to fail, or the daemon is dead.
bool fake_clusters_count_call(struct fake_clusters *self, struct error *err);
// NULL: there is none.
struct point *fake_clusters_point(struct fake_clusters *self, const char *path);
void fake_clusters_add_point(struct fake_clusters *self, const char *path, int count);
// The job reaches its end: Flink removes its checkpoints.
void fake_clusters_finish(struct fake_clusters *self, struct fake *fake);
// The savepoint in progress becomes complete, or FAILED.
void fake_clusters_end_savepoint(struct fake_clusters *self, struct fake *fake);
int fake_clusters_booting(const struct fake_clusters *self);
void fake_checkpoint_prefix(const char *app_id, const char *job_id, char *out, size_t size);
void fake_savepoint_path(const char *app_id, const char *name, const char *trigger_id, char *out,
                         size_t size);
// NULL: there is no such cluster.
struct fake *fake_clusters_find(struct fake_clusters *self, const char *cluster_id);
