#include "runtime/install/class_archives.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "runtime/flink/cluster_silence.h"
#include "runtime/flink/cluster_watch.h"
#include "runtime/http/http_client.h"
#include "runtime/local/cluster_process.h"
#include "runtime/local/primer.h"

#include <errno.h>
#include <unistd.h>

static const uint64_t STEP_TIMEOUT_US = 90000000;

// A cluster for one run of the trivial job.
struct trial {
    sd_event *loop;
    struct http_client *http;
    struct launch_spec spec;
    struct workspace_paths paths;
    struct cluster_processes *processes;
    struct cluster_watch *watch;
    struct port_pool ports;
    bool is_lost;
    char failure[APP_FAILURE_SIZE];
};

static void release(struct trial *self) {
    cluster_watch_free(self->watch);
    cluster_processes_free(self->processes);
    port_pool_release(&self->ports);
    http_client_free(self->http);
    (void)sd_event_unref(self->loop);
}
DEFINE_AUTO_STRUCT(release, struct trial);

static void on_lost(void *userdata, const char *reason) {
    struct trial *self = userdata;

    self->is_lost = true;
    (void)text_copy(self->failure, sizeof self->failure, reason);
}

static void on_change(void *userdata) {
    (void)userdata; // conditions are checked after every turn of the loop
}

// --- waiting: a command may ---

typedef bool condition_fn(const struct trial *self);

static bool wait_until(struct trial *self, condition_fn *condition, const char *what,
                       struct error *err) {
    uint64_t now_us;
    uint64_t end_us;

    (void)sd_event_now(self->loop, CLOCK_MONOTONIC, &now_us);
    end_us = now_us + STEP_TIMEOUT_US;
    while (!condition(self)) {
        if (self->is_lost)
            return error_set(err, ERROR_UNAVAILABLE, "%s: %s (logs: %s)", what, self->failure,
                             self->paths.log);
        if (now_us > end_us)
            return error_set(err, ERROR_UNAVAILABLE, "%s took too long (logs: %s)", what,
                             self->paths.log);
        int code = sd_event_run(self->loop, 1000000);
        if (code < 0) return error_system(err, -code, "%s", what);
        (void)sd_event_now(self->loop, CLOCK_MONOTONIC, &now_us);
    }
    return true;
}

static bool is_ready(const struct trial *self) {
    return cluster_watch_is_ready(self->watch);
}

static bool is_running_or_refused(const struct trial *self) {
    const struct cluster_view *view = cluster_watch_view(self->watch);

    return view->job == JOB_REJECTED || view->job == JOB_FAILED || view->restarts > 0 ||
           cluster_view_runs_fully(view);
}

static bool is_saved(const struct trial *self) {
    enum savepoint_state state = cluster_watch_view(self->watch)->savepoint.state;

    return state == SAVEPOINT_COMPLETED || state == SAVEPOINT_FAILED;
}

static bool has_ended(const struct trial *self) {
    return cluster_processes_have_ended(self->processes);
}

// --- steps ---

static bool run_job(struct trial *self, const char *restore_path, struct error *err) {
    primer_submit(self->watch, self->spec.runtime, 1, self->paths.checkpoints, restore_path);
    if (!wait_until(self, is_running_or_refused, "starting the trial job", err)) return false;
    const struct cluster_view *view = cluster_watch_view(self->watch);
    return view->job == JOB_RUNNING ||
           error_set(err, ERROR_UNAVAILABLE, "the trial job does not run: %.600s (logs: %.200s)",
                     view->failure, self->paths.log);
}

static bool stop_job(struct trial *self, char out_location[static FILE_PATH_MAX],
                     struct error *err) {
    primer_stop(self->watch, self->paths.snapshots);
    if (!wait_until(self, is_saved, "the savepoint of the trial job", err)) return false;
    const struct savepoint_view *savepoint = &cluster_watch_view(self->watch)->savepoint;
    if (savepoint->state != SAVEPOINT_COMPLETED)
        return error_set(err, ERROR_UNAVAILABLE, "the trial job cannot be stopped: %s",
                         savepoint->failure);
    (void)text_copy(out_location, FILE_PATH_MAX, savepoint->location);
    return true;
}

static void choose_size(struct trial *self, const struct installed_runtime *runtime) {
    self->spec.runtime = runtime->runtime;
    self->spec.job = primer_job(runtime->runtime, 1);
    (void)text_copy(self->spec.log_level, sizeof self->spec.log_level, "INFO");
    // An archive is usable with other heap sizes, not with another garbage collector.
    self->spec.size = (struct cluster_size){
        .profile = PROFILE_DEV,
        .taskmanagers = 1,
        .jobmanager = {.heap_mb = 256, .metaspace_mb = 256, .overhead_mb = 64},
        .taskmanager = {.slots = 1,
                        .framework_heap_mb = 128,
                        .task_heap_mb = 128,
                        .framework_off_heap_mb = 64,
                        .network_mb = 32,
                        .managed_mb = 64,
                        .metaspace_mb = 256,
                        .overhead_mb = 64,
                        .cpu_cores = 1.0},
    };
}

static bool start(struct trial *self, const struct installed_runtime *runtime,
                  const struct java *java, const char *primer_path, const char *scratch_directory,
                  struct error *err) {
    char jar[FILE_PATH_MAX];
    struct sandbox none;
    struct cluster_processes_options options = {
        .spec = &self->spec,
        .paths = &self->paths,
        .runtime = runtime,
        .java = java,
        // The processes must get SIGTERM themselves to write their archives. The job is trusted.
        .sandbox = &none,
        .mark = "",
        .ports = &self->ports,
        .silence_limit_ms = CLUSTER_SILENCE_LIMIT_MS,
        .on_lost = on_lost,
        .userdata = self,
    };

    choose_size(self, runtime);
    if (!sandbox_choose("none", NULL, &none, NULL, err)) return false;
    if (!workspace_paths_of(scratch_directory, "primer", "primer-1", &self->paths, err) ||
        !workspace_make(&self->paths, err) ||
        !file_join(jar, sizeof jar, err, self->paths.cluster, WORKSPACE_UPLOAD, PRIMER_JAR_ID,
                   NULL))
        return false;
    if (symlink(primer_path, jar) < 0) return error_system(err, errno, "stage '%s'", jar);
    int code = sd_event_new(&self->loop);
    if (code < 0) return error_system(err, -code, "event loop");
    if (!http_client_new(self->loop, &self->http, err)) return false;
    if (!cluster_processes_start(self->loop, &options, &self->processes, err)) return false;
    const struct port_block *ports = cluster_processes_ports(self->processes);
    struct cluster_watch_options watch = {
        .http = self->http,
        .base_url = cluster_processes_rest_url(self->processes),
        .instance = cluster_processes_instance(self->processes),
        .ports = {ports->first, ports->count},
        .slots = 1,
        .silence_limit_ms = CLUSTER_SILENCE_LIMIT_MS,
        .on_change = on_change,
        .on_silent = on_lost,
        .on_stranger = on_lost,
        .userdata = self,
    };
    return cluster_watch_new(self->loop, &watch, &self->watch, err);
}

bool class_archives_make(const struct installed_runtime *runtime, const struct java *java,
                         const char *primer_path, const char *scratch_directory,
                         struct error *err) {
    AUTO(release) struct trial self = {0};
    char location[FILE_PATH_MAX] = "";

    port_pool_init(&self.ports, PORT_POOL_FIRST, PORT_POOL_LAST);
    if (!start(&self, runtime, java, primer_path, scratch_directory, err)) return false;
    if (!wait_until(&self, is_ready, "starting Flink", err)) return false;
    if (!run_job(&self, "", err) || !stop_job(&self, location, err)) return false;
    if (!run_job(&self, location, err) || !stop_job(&self, location, err)) return false;
    cluster_watch_free(TAKE(self.watch));
    cluster_processes_terminate(self.processes);
    return wait_until(&self, has_ended, "writing the class-data archives", err);
}
