// The port to clusters: what the controller may ask for, and what it can see. Implemented by
// runtime/flink_cluster (real Flink as local processes) and by tests/fakes/fake_cluster. Both pass
// tests/contract/cluster_suite.c.
//
// Every call returns at once. What comes of it appears in the view, and the `on_change` callback
// that the implementation was given is called with the id of the application whenever a view has
// changed.
#pragma once

#include "base/error.h"
#include "base/growing_file.h"
#include "model/app.h"
#include "model/cluster_size.h"
#include "model/job_spec.h"
#include "model/snapshot.h"
#include "runtime/job_measurement.h"

enum cluster_health {
    CLUSTER_ABSENT, // not known here: never launched, retired, or launched by a daemon that is gone
    CLUSTER_BOOTING, // its processes run; not all slots are registered yet
    CLUSTER_READY,   // every slot was registered
    CLUSTER_LOST,    // a process of it died or fell silent, or it never got ready; nothing of it is
                     // left running
};

enum job_state {
    JOB_NONE,       // nothing was submitted
    JOB_SUBMITTING, // the request is under way (main() runs in the JobManager)
    JOB_REJECTED,   // Flink refused it; `failure` says why
    JOB_CREATED,    // accepted; not every vertex has run yet or it is initializing
    JOB_RUNNING,
    JOB_RESTARTING, // failing, restarting
    JOB_FINISHED,   // bounded job at its end, or stopped with a savepoint
    JOB_CANCELED,
    JOB_FAILED,
};

enum savepoint_state {
    SAVEPOINT_NONE,
    SAVEPOINT_IN_PROGRESS,
    SAVEPOINT_COMPLETED,
    SAVEPOINT_FAILED
};

struct savepoint_view {
    char trigger_id[APP_JOB_ID_SIZE]; // the newest request
    enum savepoint_state state;
    char location[FILE_PATH_MAX]; // a local path, without file:
    bool is_transient; // FAILED because a task was not there just then: another try may succeed
    char failure[APP_FAILURE_SIZE];
};

// What was last seen; a cache, reading it never waits.
struct cluster_view {
    enum cluster_health health;
    enum job_state job;
    char job_id[APP_JOB_ID_SIZE]; // the newest submission
    int slots;
    int tasks_running; // of job_id; counted over vertices' parallel subtasks
    int tasks_total;
    int restarts;               // times the job was seen to leave RUNNING or CREATED for
                                // RESTARTING, or to have done so, since its submission
    int64_t last_restarting_ms; // when it last did, by Flink's clock; 0 = never
    struct savepoint_view savepoint;
    char last_checkpoint[FILE_PATH_MAX]; // newest completed checkpoint of job_id, a local path; ""
                                         // = none
    // LOST: its JobManager ended by itself, with an exit status, while main() ran in it. That was
    // the program (System.exit), which would do it again.
    bool is_ended_by_program;
    // One line: Flink's own root cause of LOST, REJECTED, FAILED or of the newest restart, followed
    // by where the logs are; "" = none.
    char failure[APP_FAILURE_SIZE];
};

struct launch_spec {
    char cluster_id[APP_CLUSTER_ID_SIZE];
    char app_id[APP_ID_SIZE];
    enum runtime_environment runtime;
    struct cluster_size size;
    char log_level[8];
    // A trivial job runs on it before it is READY: it is there later, and the job that comes next
    // is up sooner. Not read for spares, which are always primed.
    bool primes;
};

struct submission {
    char job_id[APP_JOB_ID_SIZE];
    struct job_spec spec;        // spec.code_sha256 names the code
    const char *properties_text; // content of application_properties.json; borrowed for the call
    const char
        *restore_path; // savepoint or checkpoint directory, "" = start empty; borrowed for the call
    bool allow_non_restored_state;
};

struct savepoint_request {
    char trigger_id[APP_JOB_ID_SIZE];
    char snapshot_name[APP_SNAPSHOT_NAME_SIZE]; // it gets a directory of its own by name and
                                                // trigger
    bool stops_job;                             // stop-with-savepoint, without drain
};

// An answer of the cluster's own web interface.
struct cluster_page {
    long status;
    const char *content_type; // "" when there is none
    const char *body;         // borrowed for the call
    size_t size_bytes;
};
// Called once, never from within fetch(): exactly one of `page` and `err` is not NULL.
typedef void cluster_page_fn(void *userdata, const struct cluster_page *page,
                             const struct error *err);
struct cluster_fetch;

// Are the checkpoints of that job still needed? Called from within prune_checkpoints() only.
typedef bool cluster_need_fn(void *userdata, const char *job_id);

// What can be made to go wrong on purpose, for tests of users and of ours.
enum cluster_fault {
    CLUSTER_FAULT_KILL_JOBMANAGER,
    CLUSTER_FAULT_KILL_TASKMANAGER, // one of them
    CLUSTER_FAULT_FAIL_SAVEPOINT,   // the next one
    CLUSTER_FAULT_COUNT,
};

// A log or an output of a process of a cluster that runs, or that has ended and whose logs are
// kept.
#define CLUSTER_LOG_FILE_SIZE  64
#define CLUSTER_LOG_PAGE_BYTES 65536

struct cluster_log {
    char cluster_id[APP_CLUSTER_ID_SIZE];
    int64_t number;                   // of the cluster: the application's clusters are counted
    char file[CLUSTER_LOG_FILE_SIZE]; // "jobmanager.log", "taskmanager-1.out"
    int64_t size_bytes;               // where it ends
};
typedef void cluster_log_fn(void *userdata, const struct cluster_log *log);

// What is in one from a position on. The oldest part of a log is given back to the file system, and
// cut off now and then, which moves what is left: whoever asks for `next` goes on all the same.
struct cluster_log_page {
    enum growing_file_place place; // does it follow what lay before the position?
    int64_t from;                  // where the bytes are now
    int64_t next;                  // what to ask for next
    int64_t size_file_bytes;
    size_t size_bytes;
    char bytes[CLUSTER_LOG_PAGE_BYTES]; // anything; characters of UTF-8 are not cut
};

struct cluster_ops {
    // Starts the processes of one cluster. ERROR_UNAVAILABLE: the runtime is not installed, no
    // java; ERROR_EXISTS: a cluster of that id is known. What fails later shows as CLUSTER_LOST.
    bool (*launch)(void *self, const struct launch_spec *spec, struct error *err);
    // Would a launch now leave those that boot already enough of the processors? One that a spare
    // fits always does, and so does the first.
    bool (*admits)(void *self, const struct launch_spec *spec);
    // Keep a cluster of this runtime and size ready, so that the next launch of the same shape is
    // there at once, whichever application's it is. `cluster_id` is not read. A wish, not a
    // promise: memory and more urgent things come first, and newer wishes before older ones.
    void (*keep_spare)(void *self, const struct launch_spec *spec);
    // From now on these runtimes (bits by enum runtime_environment) are needed, and no others:
    // nobody can remove them without force.
    void (*hold_runtimes)(void *self, uint32_t runtimes);
    // Hands a job to a READY cluster. The same job_id again is no second submission. A cluster
    // whose job is over takes another.
    bool (*submit)(void *self, const char *cluster_id, const struct submission *job,
                   struct error *err);
    // Asks the running job for a savepoint. The same trigger_id again is no second savepoint.
    bool (*savepoint)(void *self, const char *cluster_id, const struct savepoint_request *request,
                      struct error *err);
    // Kills every process of the cluster and forgets it; its logs stay a while. Once this returns
    // no program of it runs any more: what its job has left on disk is final. Unknown ids are
    // ignored.
    void (*retire)(void *self, const char *cluster_id);
    void (*view)(void *self, const char *cluster_id, struct cluster_view *out_view);

    // Measures the job that runs. When it is done, `measured` gives another number and on_change is
    // called; where it cannot be done, nothing happens.
    void (*measure)(void *self, const char *cluster_id);
    // The newest measurement of the cluster's job; NULL: none yet. Valid until the next call of the
    // port.
    const struct job_measurement *(*measured)(void *self, const char *cluster_id);

    // Flink's plan of the job that runs, as JSON text that the caller frees; NULL while it is not
    // known.
    char *(*job_plan)(void *self, const char *cluster_id);
    // GETs `path` ("/overview", with its query) of the cluster's dashboard. NULL: it is not READY.
    // The handle is gone once `done` was called; until then it can be cancelled.
    struct cluster_fetch *(*fetch)(void *self, const char *cluster_id, const char *path,
                                   cluster_page_fn *done, void *userdata);
    void (*cancel_fetch)(void *self, struct cluster_fetch *fetch);

    // Makes something go wrong. ERROR_UNAVAILABLE: no such cluster, or it is not READY.
    bool (*inject)(void *self, const char *cluster_id, enum cluster_fault fault, struct error *err);

    // Bytes that the application has on disk: checkpoints, snapshots, clusters with their logs. As
    // last counted; 0: not yet.
    int64_t (*disk_used_bytes)(void *self, const char *app_id);

    // The logs of the application's clusters, the oldest cluster's first.
    bool (*list_logs)(void *self, const char *app_id, cluster_log_fn *visit, void *userdata,
                      struct error *err);
    // ERROR_NOT_FOUND: there is no such log.
    bool (*read_log)(void *self, const char *app_id, const char *cluster_id, const char *file,
                     int64_t from, struct cluster_log_page *out_page, struct error *err);

    // What counts against the memory budget (cluster_size_counted_bytes): of all clusters that were
    // launched and are not retired, and of one of them; 0 = not known.
    int64_t (*memory_used_bytes)(void *self);
    int64_t (*memory_of_bytes)(void *self, const char *cluster_id);

    // The newest complete checkpoint that `job_id` left on disk; false when there is none.
    bool (*find_checkpoint)(void *self, const char *app_id, const char *job_id,
                            char out_path[static FILE_PATH_MAX]);
    // The complete savepoint of a snapshot by its name and trigger; false when there is none or
    // only a part of one.
    bool (*find_savepoint)(void *self, const char *app_id, const struct snapshot *snapshot,
                           char out_path[static FILE_PATH_MAX]);
    // Removes the checkpoints of the jobs of the application that are not needed; *out_removed: of
    // how many jobs there were any. What cannot be removed does not keep the rest; false then.
    bool (*prune_checkpoints)(void *self, const char *app_id, cluster_need_fn *is_needed,
                              void *userdata, int *out_removed, struct error *err);
    // Removes the savepoint of a snapshot, or what there is of it, and nothing else: by its name
    // and trigger, and at its location where an earlier kobel had it.
    bool (*remove_snapshot)(void *self, const char *app_id, const struct snapshot *snapshot,
                            struct error *err);
    // Removes everything the application has on disk but its code. Its clusters are retired
    // already.
    bool (*erase_app)(void *self, const char *app_id, struct error *err);
};

// An implementation and its object, passed by value.
struct cluster_port {
    const struct cluster_ops *ops;
    void *self;
};

typedef void cluster_change_fn(void *userdata, const char *app_id);
