// The port to clusters. Implemented by runtime/local/clusters.h (real Flink as local processes)
// and by tests/fakes/fake_cluster. Both pass tests/contract/cluster_suite.c, and implement the
// other ports: runtime/state_files.h (restore points on disk), runtime/insight.h (the inside of a
// cluster), runtime/capacity.h (memory and spares) and runtime/program.h (operators of a program).
// The latter three may be missing.
//
// Every call returns at once. Results appear in the view. When a view has changed, the
// implementation calls its `on_change` with the id of the application.
#pragma once

#include "base/error.h"
#include "model/app.h"
#include "model/cluster_size.h"
#include "model/job_spec.h"

enum cluster_health {
    // Not known here: never launched, retired, or launched by a daemon that has ended.
    CLUSTER_ABSENT,
    CLUSTER_BOOTING, // its processes run; not all slots are registered yet
    CLUSTER_READY,   // every slot was registered
    // A process of it died or does not answer, or it never got ready. No process of it runs.
    CLUSTER_LOST,
};

static inline const char *cluster_health_name(enum cluster_health health) {
    static const char *const names[] = {[CLUSTER_ABSENT] = "ABSENT",
                                        [CLUSTER_BOOTING] = "BOOTING",
                                        [CLUSTER_READY] = "READY",
                                        [CLUSTER_LOST] = "LOST"};

    return names[health];
}

enum job_state {
    JOB_NONE,       // nothing was submitted
    JOB_SUBMITTING, // the request is under way: main() runs in the JobManager
    JOB_REJECTED,   // Flink refused it: `failure` has the reason
    JOB_CREATED,    // accepted; not every vertex runs yet
    JOB_RUNNING,
    JOB_RESTARTING, // failing, restarting
    JOB_FINISHED,   // a bounded job at its end, or stopped with a savepoint
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
    bool is_transient; // FAILED because a task was not running just then: a retry may succeed
    char failure[APP_FAILURE_SIZE];
};

// The cluster as last seen. A cache: reading it never waits.
struct cluster_view {
    enum cluster_health health;
    enum job_state job;
    char job_id[APP_JOB_ID_SIZE]; // the newest submission
    int slots;
    int tasks_running; // subtasks of job_id
    int tasks_total;
    int restarts;               // of the job, from RUNNING or CREATED, since its submission
    int64_t last_restarting_ms; // when it last became RESTARTING, by Flink's clock; 0 = never
    bool is_batch;              // it runs in batch mode: Flink takes no savepoint of it
    bool fails_to_restore;      // a task could not read the state that the job starts from
    struct savepoint_view savepoint;
    char last_checkpoint[FILE_PATH_MAX]; // newest completed one of job_id, a local path; "" = none
    // LOST: the JobManager ended with an exit status while main() ran in it. The program did that
    // (System.exit) and would do it again.
    bool is_ended_by_program;
    bool holds_sources; // as it was launched
    // One line: Flink's root cause of LOST, REJECTED, FAILED or of the newest restart, and where
    // the logs are; "" = none.
    char failure[APP_FAILURE_SIZE];
};

// Every vertex of the job runs.
static inline bool cluster_view_runs_fully(const struct cluster_view *view) {
    return view->job == JOB_RUNNING && view->tasks_total > 0 &&
           view->tasks_running == view->tasks_total;
}

struct launch_spec {
    char cluster_id[APP_CLUSTER_ID_SIZE];
    char app_id[APP_ID_SIZE];
    enum runtime_environment runtime;
    struct cluster_size size;
    char log_level[8];
    // What its job will be. Read for a Flink whose submissions carry no settings
    // (runtime_environment_has_run_conf()), and of it only what job_conf.h makes settings of.
    struct job_spec job;
    char region[APP_REGION_SIZE]; // of the application, for AWS SDKs in its job
    // What each process may use beyond its size, without counting against the budget before; chosen
    // by the engine.
    int headroom_mb;
    bool is_python; // it runs a program in Python
    // Prepared while it boots, before the job that it replaces has to stop; not of a spare.
    char code_sha256[CODE_SHA256_SIZE];
    // Prime it: READY comes later, and the next job starts sooner. Ignored for spares, which are
    // always primed.
    bool primes;
    // No source of its job reads anything: what it has in its state stays there. Never a spare.
    bool holds_sources;
};

struct submission {
    char job_id[APP_JOB_ID_SIZE];
    struct job_spec spec;        // spec.code_sha256 names the code
    const char *properties_text; // content of application_properties.json; borrowed for the call
    // Directory of a savepoint or checkpoint; "" = start empty; borrowed for the call.
    const char *restore_path;
    bool allow_non_restored_state;
};

struct savepoint_request {
    char trigger_id[APP_JOB_ID_SIZE];
    char snapshot_name[APP_SNAPSHOT_NAME_SIZE]; // its directory is named by this and the trigger
    bool stops_job;                             // stop-with-savepoint, without drain
};

struct cluster_ops {
    // Starts the processes of one cluster. ERROR_UNAVAILABLE: no such runtime, or no Java, or the
    // runtime cannot hold sources.
    // ERROR_EXISTS: a cluster of that id is known. A later failure appears as CLUSTER_LOST.
    bool (*launch)(void *self, const struct launch_spec *spec, struct error *err);
    // Would a launch now leave enough of the processors to the clusters that boot already? True for
    // one that a spare fits, and where no cluster boots.
    bool (*admits)(void *self, const struct launch_spec *spec);
    // Submits a job to a READY cluster; another one when its job has ended. Idempotent by job_id.
    bool (*submit)(void *self, const char *cluster_id, const struct submission *job,
                   struct error *err);
    // Requests a savepoint of the running job. Idempotent by trigger_id.
    bool (*savepoint)(void *self, const char *cluster_id, const struct savepoint_request *request,
                      struct error *err);
    // Kills every process of the cluster and forgets it; its logs are kept for a while. When this
    // returns, no program of it runs: the files of its job are final. Unknown ids are ignored.
    void (*retire)(void *self, const char *cluster_id);
    void (*view)(void *self, const char *cluster_id, struct cluster_view *out_view);
};

// An implementation and its object, passed by value.
struct cluster_port {
    const struct cluster_ops *ops;
    void *self;
};

typedef void cluster_change_fn(void *userdata, const char *app_id);

MUST_CHECK static inline bool cluster_launch(const struct cluster_port *port,
                                             const struct launch_spec *spec, struct error *err) {
    return port->ops->launch(port->self, spec, err);
}

static inline bool cluster_admits(const struct cluster_port *port, const struct launch_spec *spec) {
    return port->ops->admits(port->self, spec);
}

MUST_CHECK static inline bool cluster_submit(const struct cluster_port *port,
                                             const char *cluster_id, const struct submission *job,
                                             struct error *err) {
    return port->ops->submit(port->self, cluster_id, job, err);
}

MUST_CHECK static inline bool cluster_savepoint(const struct cluster_port *port,
                                                const char *cluster_id,
                                                const struct savepoint_request *request,
                                                struct error *err) {
    return port->ops->savepoint(port->self, cluster_id, request, err);
}

static inline void cluster_retire(const struct cluster_port *port, const char *cluster_id) {
    port->ops->retire(port->self, cluster_id);
}

static inline void cluster_view(const struct cluster_port *port, const char *cluster_id,
                                struct cluster_view *out_view) {
    port->ops->view(port->self, cluster_id, out_view);
}
