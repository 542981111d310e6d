// The fake's insides, for fake_cluster.c (the port), fake_cluster_life.c (what goes on by itself)
// and fake_cluster_control.c (what tests do to it).
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
    int count;     // what its job has counted
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
    int failing_call;
    const char *submission_failure; // NULL: they do not fail
    const char *request_failure;
    const char *removal_failure;
    const char *launch_failure;
    const char *lost_code;
    int savepoint_ticks; // that the next savepoint takes longer
    int boots_max;       // 0: any number
    int boot_ticks;      // 0: one
    int boots_at_once;
    int boot_limit;
    int deadly_call;
    bool *is_dead; // NULL: it lives
    char reject_reason[200];
    char rejected_code[CODE_SHA256_SIZE];
    bool jobs_hang;
    bool savepoints_fail;
    int savepoints_to_fail;
    int savepoints_to_miss_a_task;
    int confirms_to_lose;
    int mains_to_exit;
    int savepoints_to_forget;
    bool boots_fail;
    bool has_no_checkpoints;
    int checkpoints;
    struct job_measurement load; // what is measured of every job; no vertices: nothing
    bool has_log;                // of its own, not FAKE_LOG
    char log[FAKE_LOG_MAX];
    size_t log_bytes;
};

struct point *fake_clusters_point(struct fake_clusters *self, const char *path);
// Flink removes the checkpoints of a job that reached its end.
void fake_clusters_finish(struct fake_clusters *self, struct fake *fake);
// What is under way is done: complete, or FAILED.
void fake_clusters_end_savepoint(struct fake_clusters *self, struct fake *fake);
int fake_clusters_booting(const struct fake_clusters *self);
void fake_checkpoint_prefix(const char *app_id, const char *job_id, char *out, size_t size);
void fake_savepoint_path(const char *app_id, const char *name, const char *trigger_id, char *out,
                         size_t size);
// NULL: no such cluster.
struct fake *fake_clusters_find(struct fake_clusters *self, const char *cluster_id);
