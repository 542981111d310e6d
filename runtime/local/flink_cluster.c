#include "runtime/local/flink_cluster.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/flink/cluster_silence.h"
#include "runtime/host/orphans.h"
#include "runtime/kafka/kafka_client.h"
#include "runtime/local/flink_cluster_parts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const int CLASHES_MAX = 5;
// Who still waits for a name server by then ends with the daemon.
static const int64_t KAFKA_END_MAX_MS = 200;

struct cluster *flink_cluster_find(const struct flink_clusters *self, const char *cluster_id) {
    for (struct cluster *cluster = self->clusters; cluster != NULL; cluster = cluster->next)
        if (!cluster->is_spare && text_equal(cluster->spec.cluster_id, cluster_id)) return cluster;
    return NULL;
}

void flink_cluster_changed(const struct cluster *cluster) {
    const struct flink_clusters_options *options = &cluster->owner->options;

    if (cluster->is_spare) return;
    if (options->on_change != NULL) options->on_change(options->userdata, cluster->spec.app_id);
}

// --- the end of a cluster ---

static void stop_processes(struct cluster *cluster) {
    flink_submit_cancel(cluster);
    flink_claim_free(cluster);
    flink_look_forget(cluster); // its meter asks through the watch's client
    cluster_watch_free(TAKE(cluster->watch));
    cluster_processes_leave(TAKE(cluster->processes), &cluster->owner->leaving);
    cluster->boot_timer = sd_event_source_disable_unref(cluster->boot_timer);
    log_budget_free(TAKE(cluster->logs));
}

// What cannot be removed now is removed by the next start's workspace_clean().
static void leave_directory(const struct flink_clusters *owner, const struct launch_spec *spec,
                            bool is_spare) {
    const char *data = owner->data_directory;
    struct error ignored;

    bool is_left = is_spare
                       ? workspace_remove_spare(data, spec->cluster_id, &ignored)
                       : workspace_settle_spare(data, spec->app_id, spec->cluster_id, &ignored) &&
                             workspace_retire(data, spec->app_id, spec->cluster_id, &ignored);
    (void)is_left;
}

static void free_cluster(struct cluster *cluster) {
    stop_processes(cluster);
    (void)sd_event_source_disable_unref(cluster->burial);
    memory_free(cluster);
}

// The same launch on other ports: what a neighbour does is no failure of the application, so that
// nobody hears of it. Where this fails, the cluster is gone, and whoever wanted it launches
// another.
static void launch_again(struct cluster *cluster) {
    struct flink_clusters *owner = cluster->owner;
    struct launch_spec spec = cluster->spec;
    int clashes = cluster->clashes + 1;
    struct error ignored;

    flink_cluster_end(cluster);
    bool booted = flink_cluster_boot(owner, &spec, false, &ignored);
    if (booted) owner->clusters->clashes = clashes;
    if (owner->options.on_change != NULL)
        owner->options.on_change(owner->options.userdata, spec.app_id);
}

// The callbacks of a process and of a watch must not free what they were called by: that happens in
// the next turn.
static int on_burial(sd_event_source *source, void *userdata) {
    struct cluster *cluster = userdata;

    (void)source;
    if (cluster->is_spare) {
        flink_cluster_end(cluster);
    } else if (cluster->has_clashed) {
        launch_again(cluster);
    } else {
        stop_processes(cluster);
    }
    return 0;
}

// What the watch last saw goes with it, so it is kept until the cluster is retired; only its
// questions end.
void flink_cluster_lose(struct cluster *cluster, const char *reason) {
    if (cluster->health == CLUSTER_LOST) return;
    cluster->health = CLUSTER_LOST;
    (void)text_copy(cluster->failure, sizeof cluster->failure, reason);
    (void)sd_event_add_defer(cluster->owner->loop, &cluster->burial, on_burial, cluster);
    if (!cluster->has_clashed) flink_cluster_changed(cluster);
}

// Somebody else's program has taken a port of a cluster that boots.
static void on_stranger(void *userdata, const char *reason) {
    struct cluster *cluster = userdata;

    cluster->has_clashed = cluster->health == CLUSTER_BOOTING && cluster->clashes < CLASHES_MAX;
    flink_cluster_lose(cluster, reason);
}

static void on_silent(void *userdata, const char *reason) {
    flink_cluster_lose(userdata, reason);
}

static void on_process_lost(void *userdata, const char *reason) {
    struct cluster *cluster = userdata;

    cluster->is_ended_by_program = cluster->watch != NULL &&
                                   cluster_watch_runs_main(cluster->watch) &&
                                   cluster_processes_jobmanager_exited(cluster->processes);
    if (cluster_processes_have_clashed(cluster->processes))
        on_stranger(cluster, reason);
    else
        flink_cluster_lose(cluster, reason);
}

static void on_watch_change(void *userdata) {
    struct cluster *cluster = userdata;

    if (cluster->health == CLUSTER_BOOTING) {
        if (!cluster_watch_is_ready(cluster->watch) || !flink_prime(cluster)) return;
        if (cluster->shows_later && !cluster->is_spare) {
            flink_claim_booted(cluster);
            return;
        }
        cluster->health = CLUSTER_READY;
        (void)sd_event_source_set_enabled(cluster->boot_timer, SD_EVENT_OFF);
    }
    flink_cluster_changed(cluster);
}

// --- launching ---

static bool start(struct cluster *cluster, struct error *err) {
    struct flink_clusters *owner = cluster->owner;
    AUTO(installed_runtime_release) struct installed_runtime runtime = {0};
    char apps[FILE_PATH_MAX];
    struct cluster_processes_options options = {
        .spec = &cluster->spec,
        .paths = &cluster->paths,
        .runtime = &runtime,
        .java = &owner->options.java,
        .sandbox = &owner->options.sandbox,
        .mark = owner->mark,
        .ports = &owner->ports,
        .api_port = owner->api_port,
        .silence_limit_ms = owner->options.silence_limit_ms,
        .shown_later = cluster->shows_later ? apps : NULL,
        .cgroups = &owner->cgroups,
        .environment = owner->options.job_environment,
        .on_lost = on_process_lost,
        .userdata = cluster,
    };

    if (!catalog_find(owner->runtimes_directory, cluster->spec.runtime, &runtime, err))
        return false;
    // Another one may have been installed since it was last held.
    if (!cluster->is_spare && !catalog_hold(owner->runtimes_directory, cluster->spec.runtime,
                                            &owner->held_runtimes[cluster->spec.runtime], err))
        return false;
    if (!file_join(apps, sizeof apps, err, owner->data_directory, "apps", NULL) ||
        !file_make_directories(apps, 0700, err) || !workspace_make(&cluster->paths, err))
        return false;
    if (!cluster_processes_start(owner->loop, &options, &cluster->processes, err)) return false;

    const struct port_block *ports = cluster_processes_ports(cluster->processes);
    struct cluster_watch_options watch = {
        .http = owner->http,
        .base_url = cluster_processes_rest_url(cluster->processes),
        .instance = cluster_processes_instance(cluster->processes),
        .ports = {ports->first, ports->count},
        .slots = cluster_size_slots(&cluster->spec.size),
        .silence_limit_ms = owner->options.silence_limit_ms,
        .on_change = on_watch_change,
        .on_silent = on_silent,
        .on_stranger = on_stranger,
        .userdata = cluster,
    };
    if (!cluster_watch_new(owner->loop, &watch, &cluster->watch, err)) return false;
    return flink_boot_watch(cluster, err);
}

static bool choose_paths(struct cluster *cluster, struct error *err) {
    struct flink_clusters *owner = cluster->owner;
    const struct launch_spec *spec = &cluster->spec;
    struct workspace_paths *paths = &cluster->paths;

    bool fit = cluster->is_spare ? workspace_spare_paths_of(owner->data_directory, spec->cluster_id,
                                                            spec->app_id, paths, err)
                                 : workspace_paths_of(owner->data_directory, spec->app_id,
                                                      spec->cluster_id, paths, err);
    return fit && (!sandbox_has_namespaces(owner->options.sandbox.level) ||
                   text_copy(paths->temporary, sizeof paths->temporary, "/tmp"));
}

bool flink_cluster_boot(struct flink_clusters *owner, const struct launch_spec *spec, bool is_spare,
                        struct error *err) {
    struct cluster *cluster = memory_alloc(sizeof *cluster);

    cluster->owner = owner;
    cluster->spec = *spec;
    cluster->is_spare = is_spare;
    cluster->priming = is_spare || spec->primes ? PRIMING_WAITS : PRIMING_NONE;
    cluster->born_us = clock_monotonic_us();
    cluster->health = CLUSTER_BOOTING;
    if (is_spare) (void)text_copy(cluster->spare_id, sizeof cluster->spare_id, spec->cluster_id);
    // Without a sandbox everything is there anyway, and one that cannot be entered has what it
    // needs from the beginning.
    cluster->shows_later =
        sandbox_has_namespaces(owner->options.sandbox.level) && is_spare && spec->app_id[0] == '\0';
    bool started = choose_paths(cluster, err) && start(cluster, err) &&
                   log_budget_new(owner->loop, cluster->paths.cluster, spec->size.taskmanagers,
                                  owner->options.log_budget_bytes, &cluster->logs, err);
    if (!started) {
        free_cluster(cluster);
        leave_directory(owner, spec, is_spare);
        return false;
    }
    cluster->next = owner->clusters;
    owner->clusters = cluster;
    disk_usage_touch(owner->usage, spec->app_id);
    return true;
}

static bool launch(void *self, const struct launch_spec *spec, struct error *err) {
    struct flink_clusters *owner = self;

    if (flink_cluster_find(owner, spec->cluster_id) != NULL)
        return error_set(err, ERROR_EXISTS, "cluster '%s' is there already", spec->cluster_id);
    struct cluster *claimed = flink_spare_claim(owner, spec);
    if (claimed != NULL) {
        flink_cluster_changed(claimed);
        return true;
    }
    flink_spare_make_room(owner, cluster_size_bytes(&spec->size));
    return flink_cluster_boot(owner, spec, false, err);
}

// --- jobs ---

struct cluster *flink_cluster_find_ready(struct flink_clusters *self, const char *cluster_id,
                                         struct error *err) {
    struct cluster *cluster = flink_cluster_find(self, cluster_id);

    if (cluster != NULL && cluster->health == CLUSTER_READY) return cluster;
    (void)error_set(err, ERROR_UNAVAILABLE, "cluster '%s' is not ready", cluster_id);
    return NULL;
}

static bool savepoint(void *self, const char *cluster_id, const struct savepoint_request *request,
                      struct error *err) {
    struct flink_clusters *owner = self;
    struct cluster *cluster = flink_cluster_find_ready(owner, cluster_id, err);
    char directory[FILE_PATH_MAX];

    if (cluster == NULL) return false;
    const struct savepoint_view *known = &cluster_watch_view(cluster->watch)->savepoint;
    if (text_equal(known->trigger_id, request->trigger_id)) return true;
    if (!workspace_make_snapshot_directory(owner->data_directory, cluster->spec.app_id,
                                           request->snapshot_name, request->trigger_id, directory,
                                           err))
        return false;
    AUTO(memory_free) char *uri = workspace_uri(directory);
    cluster_watch_savepoint(cluster->watch, request->trigger_id, uri, request->stops_job);
    if (known->state == SAVEPOINT_FAILED) flink_cluster_changed(cluster);
    return true;
}

static bool inject(void *self, const char *cluster_id, enum insight_fault fault,
                   struct error *err) {
    struct cluster *cluster = flink_cluster_find_ready(self, cluster_id, err);

    if (cluster == NULL) return false;
    if (fault == INSIGHT_FAULT_FAIL_SAVEPOINT)
        cluster_watch_fail_savepoint(cluster->watch);
    else
        cluster_processes_kill_one(cluster->processes, fault == INSIGHT_FAULT_KILL_JOBMANAGER);
    return true;
}

void flink_cluster_end(struct cluster *cluster) {
    struct flink_clusters *owner = cluster->owner;
    struct cluster **place = &owner->clusters;
    struct launch_spec spec = cluster->spec;
    bool is_spare = cluster->is_spare;

    while (*place != cluster)
        place = &(*place)->next;
    *place = cluster->next;
    free_cluster(cluster);
    leave_directory(owner, &spec, is_spare);
    flink_files_changed(owner, spec.app_id);
}

static void retire(void *self, const char *cluster_id) {
    struct cluster *cluster = flink_cluster_find(self, cluster_id);

    if (cluster != NULL) flink_cluster_end(cluster);
}

// --- views ---

// Where to read more, as far as ErrorString has room for it: it is cut at 512 characters
// (facts/api.md 5.10), and the reason matters more than the place.
static void point_to_logs(const struct cluster *cluster, struct cluster_view *view) {
    static const size_t ERROR_STRING_MAX = 512;
    size_t used = strlen(view->failure);

    if (used == 0 || used + strlen(cluster->paths.log) + strlen(" (logs: )") > ERROR_STRING_MAX)
        return;
    (void)text_format(view->failure + used, sizeof view->failure - used, " (logs: %s)",
                      cluster->paths.log);
}

static void view(void *self, const char *cluster_id, struct cluster_view *out_view) {
    const struct cluster *cluster = flink_cluster_find(self, cluster_id);

    *out_view = (struct cluster_view){.health = CLUSTER_ABSENT};
    if (cluster == NULL) return;
    // Until then the watch sees a job of ours, if any.
    bool was_ready =
        cluster->watch != NULL && cluster->health != CLUSTER_BOOTING && !cluster->has_clashed;
    if (was_ready) *out_view = *cluster_watch_view(cluster->watch);
    out_view->health = cluster->has_clashed ? CLUSTER_BOOTING : cluster->health;
    out_view->is_ended_by_program = cluster->is_ended_by_program;
    if (out_view->health == CLUSTER_LOST)
        (void)text_copy(out_view->failure, sizeof out_view->failure, cluster->failure);
    point_to_logs(cluster, out_view);
}

// --- the ports ---

static const struct cluster_ops cluster_ops = {
    .launch = launch,
    .admits = flink_boot_admits,
    .submit = flink_submit,
    .savepoint = savepoint,
    .retire = retire,
    .view = view,
};

static const struct insight_ops insight_ops = {
    .measure = flink_look_measure,
    .measured = flink_look_measured,
    .job_plan = flink_look_job_plan,
    .fetch = flink_look_fetch,
    .cancel_fetch = flink_look_cancel_fetch,
    .inject = inject,
    .list_logs = flink_logs_list,
    .read_log = flink_logs_read,
};

static const struct capacity_ops capacity_ops = {
    .keep_spare = flink_spare_keep,
    .hold_runtimes = flink_runtimes_hold,
    .memory_used_bytes = flink_memory_used_bytes,
    .memory_of_bytes = flink_memory_of_bytes,
};

static const struct state_files_ops state_files_ops = {
    .find_checkpoint = flink_files_find_checkpoint,
    .find_savepoint = flink_files_find_savepoint,
    .prune_checkpoints = flink_files_prune_checkpoints,
    .remove_snapshot = flink_files_remove_snapshot,
    .erase_app = flink_files_erase_app,
    .disk_used_bytes = flink_files_disk_used_bytes,
};

struct cluster_port flink_clusters_port(struct flink_clusters *clusters) {
    return (struct cluster_port){.ops = &cluster_ops, .self = clusters};
}

struct insight_port flink_clusters_insight(struct flink_clusters *clusters) {
    return (struct insight_port){.ops = &insight_ops, .self = clusters};
}

struct capacity_port flink_clusters_capacity(struct flink_clusters *clusters) {
    return (struct capacity_port){.ops = &capacity_ops, .self = clusters};
}

struct state_files_port flink_clusters_state_files(struct flink_clusters *clusters) {
    return (struct state_files_port){.ops = &state_files_ops, .self = clusters};
}

// --- life ---

bool flink_clusters_new(sd_event *loop, const struct flink_clusters_options *options,
                        struct flink_clusters **out_clusters, struct error *err) {
    AUTO(flink_clusters_free) struct flink_clusters *self = memory_alloc(sizeof *self);

    struct trash_options trash = {.remover = self->options.sandbox.launcher};

    self->loop = sd_event_ref(loop);
    self->options = *options;
    if (options->log_budget_bytes == 0) self->options.log_budget_bytes = LOG_BUDGET_DEFAULT_BYTES;
    if (options->silence_limit_ms == 0) self->options.silence_limit_ms = CLUSTER_SILENCE_LIMIT_MS;
    (void)text_copy(self->mark, sizeof self->mark, options->mark);
    for (int index = 0; index < RUNTIME_COUNT; index++)
        self->held_runtimes[index] = -1;
    port_pool_init(&self->ports, options->first_port, options->last_port);
    if (!text_copy(self->data_directory, FILE_PATH_MAX, options->data_directory) ||
        !text_copy(self->runtimes_directory, FILE_PATH_MAX, options->runtimes_directory))
        return error_set(err, ERROR_INVALID, "the path of the data directory is too long");
    self->cgroups = cgroup_root_open(self->data_directory);
    // Over the files of one application no daemon may fail to start.
    if (!workspace_clean(self->data_directory, err))
        (void)text_copy(self->left_behind, sizeof self->left_behind, err->message);
    if (!trash_new(loop, self->data_directory, &trash, &self->trash, err) ||
        !disk_usage_new(loop, self->data_directory, &self->usage, err))
        return false;
    if (!http_client_new(loop, &self->http, err)) return false;
    *out_clusters = TAKE(self);
    return true;
}

void flink_clusters_free(struct flink_clusters *self) {
    if (self == NULL) return;
    // All at once, then one after the other waited for.
    for (struct cluster *cluster = self->clusters; cluster != NULL; cluster = cluster->next)
        cluster_processes_kill(cluster->processes);
    while (self->clusters != NULL) {
        struct cluster *cluster = self->clusters;
        self->clusters = cluster->next;
        free_cluster(cluster);
    }
    cluster_processes_free_leaving(&self->leaving);
    // What ran inside a sandbox dies with it, but not at once: whoever ends here may rely on
    // nothing being left.
    orphans_kill(self->mark);
    kafka_clients_wait_ended(KAFKA_END_MAX_MS);
    port_pool_release(&self->ports);
    flink_runtimes_hold(self, 0);
    cgroup_root_close(&self->cgroups);
    http_client_free(self->http);
    disk_usage_free(self->usage);
    trash_free(self->trash);
    (void)sd_event_source_disable_unref(self->tending);
    (void)sd_event_unref(self->loop);
    memory_free(self);
}

void flink_clusters_close_port(struct flink_clusters *clusters, uint16_t port) {
    clusters->api_port = port;
}

const char *flink_clusters_left_behind(const struct flink_clusters *clusters) {
    return clusters->left_behind;
}

void flink_clusters_limits(const struct flink_clusters *clusters, char *out, size_t size_bytes) {
    cgroup_root_describe(&clusters->cgroups, out, size_bytes);
}
