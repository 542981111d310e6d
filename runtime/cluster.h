// The port to clusters: what runs. Implemented by runtime/local/clusters.h (real Flink as local
// processes) and by tests/fakes/fake_cluster. Both pass tests/contract/cluster_suite.c, as do their
// other ports: runtime/state_files.h (what lies on disk), runtime/insight.h (what can be seen
// inside) and runtime/capacity.h (memory and spares). The latter two may be missing.
//
// Every call returns at once. Its results appear in the view, and the `on_change` callback that the
// implementation was given is called with the id of the application whenever a view has changed.
#pragma once

#include "base/error.h"
#include "model/app.h"
#include "model/cluster_size.h"
#include "model/job_spec.h"

enum cluster_health {
    CLUSTER_ABSENT, // not known here: never launched, retired, or launched by a daemon that is gone
    CLUSTER_BOOTING, // its processes run; not all slots are registered yet
    CLUSTER_READY,   // every slot was registered
    CLUSTER_LOST,    // a process of it died or fell silent, or it never got ready; nothing of it is
                     // left running
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

struct cluster_ops {
    // Starts the processes of one cluster. ERROR_UNAVAILABLE: the runtime is not installed, no
    // java; ERROR_EXISTS: a cluster of that id is known. What fails later shows as CLUSTER_LOST.
    bool (*launch)(void *self, const struct launch_spec *spec, struct error *err);
    // Would a launch now leave those that boot already enough of the processors? One that a spare
    // fits always does, and so does the first.
    bool (*admits)(void *self, const struct launch_spec *spec);
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
