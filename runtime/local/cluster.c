#include "runtime/local/cluster.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/python_program.h"
#include "runtime/local/workspace_spare.h"

#include <string.h>

static const int CLASHES_MAX = 5;

void local_cluster_changed(const struct local_cluster *cluster) {
    const struct local_options *options = &cluster->machine->options;

    if (cluster->is_spare) return;
    if (options->on_change != NULL) options->on_change(options->userdata, cluster->spec.app_id);
}

// --- the end of a cluster ---

void local_cluster_stop(struct local_cluster *cluster) {
    submit_free(TAKE(cluster->submit));
    python_stage_free(TAKE(cluster->program));
    code_stage_free(TAKE(cluster->code));
    claim_mounts_free(TAKE(cluster->mounts));
    boot_watch_free(TAKE(cluster->boot));
    job_meter_stop(&cluster->meter); // it asks through the watch's client
    cluster_watch_free(TAKE(cluster->watch));
    cluster_processes_leave(TAKE(cluster->processes), &cluster->machine->leaving);
    log_budget_free(TAKE(cluster->logs));
}

void local_cluster_free(struct local_cluster *cluster) {
    if (cluster == NULL) return;
    local_cluster_stop(cluster);
    (void)sd_event_source_disable_unref(cluster->ending);
    memory_free(cluster);
}

static int on_ending(sd_event_source *source, void *userdata) {
    struct local_cluster *cluster = userdata;

    (void)source;
    cluster->on_lost(cluster->userdata, cluster);
    return 0;
}

// The callbacks of a process and of a watch must not free what they were called by. So on_lost is
// called in the next turn.
void local_cluster_lose(struct local_cluster *cluster, const char *reason) {
    if (cluster->health == CLUSTER_LOST) return;
    cluster->health = CLUSTER_LOST;
    (void)text_copy(cluster->failure, sizeof cluster->failure, reason);
    (void)sd_event_add_defer(cluster->machine->loop, &cluster->ending, on_ending, cluster);
    boot_watch_stop(cluster->boot);
    if (!cluster->has_clashed) local_cluster_changed(cluster);
}

static void on_failure(void *userdata, const char *reason) {
    local_cluster_lose(userdata, reason);
}

// Another program has a port of the cluster.
static void on_stranger(void *userdata, const char *reason) {
    struct local_cluster *cluster = userdata;

    cluster->has_clashed = cluster->health == CLUSTER_BOOTING && cluster->clashes < CLASHES_MAX;
    local_cluster_lose(cluster, reason);
}

static void on_process_lost(void *userdata, const char *reason) {
    struct local_cluster *cluster = userdata;

    cluster->is_ended_by_program = cluster->watch != NULL &&
                                   cluster_watch_runs_main(cluster->watch) &&
                                   cluster_processes_jobmanager_exited(cluster->processes);
    if (cluster_processes_have_clashed(cluster->processes))
        on_stranger(cluster, reason);
    else
        local_cluster_lose(cluster, reason);
}

// --- from BOOTING to READY ---

static void become_ready(struct local_cluster *cluster) {
    cluster->health = CLUSTER_READY;
    boot_watch_stop(cluster->boot);
    local_cluster_changed(cluster);
}

static void boot_further(struct local_cluster *cluster);

static void on_mounted(void *userdata, const char *failure) {
    struct local_cluster *cluster = userdata;

    if (failure != NULL) {
        local_cluster_lose(cluster, failure);
        return;
    }
    claim_mounts_free(TAKE(cluster->mounts));
    cluster->mounts_later = false;
    boot_further(cluster);
}

static bool begin_mounts(struct local_cluster *cluster, struct error *err) {
    const struct machine *machine = cluster->machine;
    struct claim_mounts_options options = {.sandbox = &machine->options.sandbox,
                                           .processes = cluster->processes,
                                           .paths = &cluster->paths,
                                           .apps_directory = machine->apps_directory,
                                           .mark = machine->mark,
                                           .on_done = on_mounted,
                                           .userdata = cluster};

    return claim_mounts_begin(machine->loop, &options, &cluster->mounts, err);
}

static bool has_primed(struct local_cluster *cluster) {
    struct primer_place place = {.runtimes_directory = cluster->machine->runtimes_directory,
                                 .runtime = cluster->spec.runtime,
                                 .slots = cluster_size_slots(&cluster->spec.size),
                                 .is_python = cluster->spec.is_python,
                                 .cluster_directory = cluster->paths.cluster,
                                 .state_directory = cluster->primer_directory};

    return primer_advance(&cluster->primer, cluster->watch, &place);
}

static void boot_further(struct local_cluster *cluster) {
    struct error err;

    if (!cluster_watch_is_ready(cluster->watch) || !has_primed(cluster)) return;
    bool has_mounts = !cluster->mounts_later || cluster->is_spare;
    if (!has_mounts && cluster->mounts == NULL && !begin_mounts(cluster, &err))
        local_cluster_lose(cluster, err.message);
    if (!has_mounts) return;
    if (cluster->program == NULL && cluster->code == NULL)
        become_ready(cluster);
    else
        // Only packages are missing, which may take minutes and have a limit of their own, or the
        // rest of a large jar.
        boot_watch_stop(cluster->boot);
}

// --- the program ---

static void on_program(void *userdata, const struct error *err) {
    struct local_cluster *cluster = userdata;

    if (err != NULL && err->kind == ERROR_SYSTEM) {
        local_cluster_lose(cluster, err->message);
        return;
    }
    if (err != NULL)
        (void)text_copy(cluster->program_failure, sizeof cluster->program_failure, err->message);
    python_stage_free(TAKE(cluster->program));
    if (cluster->health == CLUSTER_BOOTING) boot_further(cluster);
}

static bool begin_program(struct local_cluster *cluster, struct error *err) {
    const struct python_stage_options options = {.machine = cluster->machine,
                                                 .paths = &cluster->paths,
                                                 .runtime = cluster->spec.runtime,
                                                 .code_sha256 = cluster->spec.code_sha256,
                                                 .on_done = on_program,
                                                 .userdata = cluster};

    if (!cluster->spec.is_python || cluster->is_spare) return true;
    return python_stage_begin(&options, &cluster->program, err);
}

static void on_code(void *userdata, const struct error *err) {
    struct local_cluster *cluster = userdata;

    cluster->has_code = err == NULL;
    code_stage_free(TAKE(cluster->code));
    if (cluster->health == CLUSTER_BOOTING) boot_further(cluster);
}

// Before the job that it replaces has to stop: a large jar takes seconds. What fails here fails
// again, and is reported, when the job is submitted.
static void begin_code(struct local_cluster *cluster) {
    const struct machine *machine = cluster->machine;

    if (cluster->spec.is_python || cluster->is_spare || cluster->spec.code_sha256[0] == '\0')
        return;
    cluster->has_code =
        submit_stage_jar(machine->loop, &machine->options.code, &cluster->paths,
                         cluster->spec.code_sha256, on_code, cluster, &cluster->code, NULL) &&
        cluster->code == NULL;
}

// Flink knows only that main.py failed.
static void explain_rejection(struct local_cluster *cluster) {
    char reason[APP_FAILURE_SIZE];

    if (cluster->spec.is_python && cluster_watch_view(cluster->watch)->job == JOB_REJECTED &&
        python_program_reason(cluster->paths.cluster, reason, sizeof reason))
        cluster_watch_explain(cluster->watch, reason);
}

static void on_watch_change(void *userdata) {
    struct local_cluster *cluster = userdata;

    if (cluster->health == CLUSTER_BOOTING) {
        boot_further(cluster);
        return;
    }
    explain_rejection(cluster);
    local_cluster_changed(cluster);
}

static int later_stages(void *userdata) {
    const struct local_cluster *cluster = userdata;

    return (int)cluster->primer + (cluster->mounts != NULL) + (cluster->program == NULL) +
           (cluster->code == NULL);
}

static void on_measured(void *userdata) {
    local_cluster_changed(userdata);
}

// --- starting ---

static bool check_holder(const struct installed_runtime *runtime, struct error *err) {
    const char *name = runtime_environment_name(runtime->runtime);
    char holder[FILE_PATH_MAX];

    if (!file_join(holder, sizeof holder, err, runtime->directory, CATALOG_HOLDER, NULL))
        return false;
    // Java reads what follows it as the agent's arguments.
    if (strchr(holder, '=') != NULL)
        return error_set(err, ERROR_UNAVAILABLE,
                         "sources cannot be held: the path of the runtimes has a '=': %s",
                         runtime->directory);
    return file_exists(holder) ||
           error_set(err, ERROR_UNAVAILABLE,
                     "runtime %s was installed by an earlier kobel, which cannot hold sources; run "
                     "`kobel runtime install %s` again",
                     name, name);
}

static bool check_python(const struct installed_runtime *runtime, struct error *err) {
    const char *name = runtime_environment_name(runtime->runtime);

    if (!installed_python_may_run(runtime->runtime, err)) return false;
    return runtime->python.directory[0] != '\0' ||
           error_set(err, ERROR_UNAVAILABLE,
                     "runtime %s has no Python, which the application needs: kobel runtime install "
                     "%s --python",
                     name, name);
}

static bool start_processes(struct local_cluster *cluster, struct error *err) {
    struct machine *machine = cluster->machine;
    AUTO(installed_runtime_release) struct installed_runtime runtime = {0};
    struct cluster_processes_options options = {
        .spec = &cluster->spec,
        .paths = &cluster->paths,
        .runtime = &runtime,
        .java = &machine->options.java,
        .sandbox = &machine->options.sandbox,
        .mark = machine->mark,
        .ports = &machine->ports,
        .api_port = machine->api_port,
        .s3_port = machine->s3_port,
        .silence_limit_ms = machine->options.silence_limit_ms,
        .shown_later = cluster->mounts_later ? machine->apps_directory : NULL,
        .cgroups = &machine->cgroups,
        .environment = machine->options.job_environment,
        .s3_endpoint = machine->s3_endpoint,
        .on_lost = on_process_lost,
        .userdata = cluster,
    };

    if (!catalog_find(machine->runtimes_directory, cluster->spec.runtime, &runtime, err))
        return false;
    if (cluster->spec.holds_sources && !check_holder(&runtime, err)) return false;
    if (cluster->spec.is_python && !check_python(&runtime, err)) return false;
    // Another one may have been installed since it was last held.
    if (!cluster->is_spare && !machine_hold_runtime(machine, cluster->spec.runtime, err))
        return false;
    return file_make_directories(machine->apps_directory, 0700, err) &&
           (!cluster->spec.is_python ||
            file_make_directories(cluster->paths.packages, 0700, err)) &&
           workspace_make(&cluster->paths, err) &&
           cluster_processes_start(machine->loop, &options, &cluster->processes, err);
}

static bool start_watches(struct local_cluster *cluster, struct error *err) {
    const struct machine *machine = cluster->machine;
    const struct port_block *ports = cluster_processes_ports(cluster->processes);
    int slots = cluster_size_slots(&cluster->spec.size);
    struct cluster_watch_options watch = {
        .http = machine->http,
        .base_url = cluster_processes_rest_url(cluster->processes),
        .instance = cluster_processes_instance(cluster->processes),
        .ports = {ports->first, ports->count},
        .slots = slots,
        .silence_limit_ms = machine->options.silence_limit_ms,
        .on_change = on_watch_change,
        .on_silent = on_failure,
        .on_stranger = on_stranger,
        .userdata = cluster,
    };

    if (!cluster_watch_new(machine->loop, &watch, &cluster->watch, err)) return false;
    struct boot_watch_options boot = {.processes = cluster->processes,
                                      .watch = cluster->watch,
                                      .slots = slots,
                                      .later_stages = later_stages,
                                      .on_stalled = on_failure,
                                      .userdata = cluster};
    return boot_watch_new(machine->loop, &boot, &cluster->boot, err) &&
           log_budget_new(machine->loop, cluster->paths.cluster, cluster->spec.size.taskmanagers,
                          machine->options.log_budget_bytes, &cluster->logs, err);
}

static bool choose_paths(struct local_cluster *cluster, struct error *err) {
    const struct machine *machine = cluster->machine;
    const struct launch_spec *spec = &cluster->spec;
    struct workspace_paths *paths = &cluster->paths;

    bool fit = cluster->is_spare
                   ? workspace_spare_paths_of(machine->data_directory, spec->cluster_id,
                                              spec->app_id, paths, err)
                   : workspace_paths_of(machine->data_directory, spec->app_id, spec->cluster_id,
                                        paths, err);
    (void)text_copy(cluster->primer_directory, FILE_PATH_MAX, paths->work);
    return fit && (!sandbox_has_namespaces(machine->options.sandbox.level) ||
                   text_copy(paths->temporary, sizeof paths->temporary, "/tmp"));
}

bool local_cluster_start(struct machine *machine, const struct launch_spec *spec, bool is_spare,
                         local_cluster_lost_fn *on_lost, void *userdata,
                         struct local_cluster **out_cluster, struct error *err) {
    AUTO(local_cluster_free) struct local_cluster *cluster = memory_alloc(sizeof *cluster);

    cluster->machine = machine;
    cluster->on_lost = on_lost;
    cluster->userdata = userdata;
    cluster->spec = *spec;
    cluster->spec.headroom_mb = machine_headroom_mb(machine, &spec->size);
    cluster->is_spare = is_spare;
    if (is_spare) (void)text_copy(cluster->spare_id, sizeof cluster->spare_id, spec->cluster_id);
    cluster->born_us = clock_monotonic_us();
    cluster->health = CLUSTER_BOOTING;
    cluster->primer = is_spare || spec->primes ? PRIMER_WAITS : PRIMER_NONE;
    cluster->meter.on_done = on_measured;
    cluster->meter.userdata = cluster;
    // Without namespaces nothing can be mounted later: a process sees all from the beginning.
    cluster->mounts_later = sandbox_has_namespaces(machine->options.sandbox.level) && is_spare &&
                            spec->app_id[0] == '\0';
    if (!choose_paths(cluster, err) || !start_processes(cluster, err) ||
        !start_watches(cluster, err) || !begin_program(cluster, err))
        return false;
    begin_code(cluster);
    *out_cluster = TAKE(cluster);
    return true;
}

// --- claiming ---

bool local_cluster_claim(struct local_cluster *spare, const struct launch_spec *spec,
                         struct error *err) {
    const char *data = spare->machine->data_directory;
    struct workspace_paths paths;

    if (!workspace_claim_spare(data, spare->spare_id, spec->app_id, spec->cluster_id, err) ||
        !workspace_paths_of(data, spec->app_id, spec->cluster_id, &paths, err))
        return false;
    (void)text_copy(paths.temporary, sizeof paths.temporary, spare->paths.temporary);
    spare->paths = paths;
    spare->spec = *spec;
    spare->is_spare = false;
    if (spare->primer == PRIMER_WAITS && !spec->primes) spare->primer = PRIMER_NONE;
    if (!begin_program(spare, err)) return false;
    begin_code(spare);
    bool waits = spare->mounts_later || spare->program != NULL || spare->code != NULL;
    if (!waits || spare->health != CLUSTER_READY) return true;
    spare->health = CLUSTER_BOOTING;
    boot_watch_restart(spare->boot);
    return !spare->mounts_later || begin_mounts(spare, err);
}
