#include "runtime/local/clusters.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/local/app_files.h"
#include "runtime/local/boot_limit.h"
#include "runtime/local/cluster_job.h"
#include "runtime/local/cluster_memory.h"
#include "runtime/local/cluster_status.h"
#include "runtime/local/log_pages.h"
#include "runtime/local/page_fetch.h"
#include "runtime/local/program_inspector.h"
#include "runtime/local/snapshot_files.h"
#include "runtime/local/spares.h"

struct local_clusters {
    struct machine machine;
    struct cluster_list list;
    struct spares spares;
    struct program_inspector *programs;
};

// --- running ---

static bool launch(void *self, const struct launch_spec *spec, struct error *err) {
    struct local_clusters *clusters = self;

    if (cluster_list_find(&clusters->list, spec->cluster_id) != NULL)
        return error_set(err, ERROR_EXISTS, "cluster '%s' exists already", spec->cluster_id);
    const struct local_cluster *claimed = spares_claim(&clusters->spares, spec);
    if (claimed != NULL) {
        local_cluster_changed(claimed);
        return true;
    }
    spares_make_room(&clusters->spares, cluster_size_bytes(&spec->size));
    return cluster_list_start(&clusters->list, spec, false, err);
}

static bool admits(void *self, const struct launch_spec *spec) {
    const struct local_clusters *clusters = self;

    return spares_fit(&clusters->spares, spec) || boot_limit_admits(&clusters->list, spec);
}

static bool submit(void *self, const char *cluster_id, const struct submission *job,
                   struct error *err) {
    const struct local_clusters *clusters = self;
    struct local_cluster *cluster = cluster_list_find_ready(&clusters->list, cluster_id, err);

    return cluster != NULL && cluster_job_submit(cluster, job, err);
}

static bool savepoint(void *self, const char *cluster_id, const struct savepoint_request *request,
                      struct error *err) {
    const struct local_clusters *clusters = self;
    struct local_cluster *cluster = cluster_list_find_ready(&clusters->list, cluster_id, err);

    return cluster != NULL && cluster_job_savepoint(cluster, request, err);
}

static void retire(void *self, const char *cluster_id) {
    struct local_clusters *clusters = self;
    struct local_cluster *cluster = cluster_list_find(&clusters->list, cluster_id);

    if (cluster != NULL) cluster_list_end(&clusters->list, cluster);
}

static void view(void *self, const char *cluster_id, struct cluster_view *out_view) {
    const struct local_clusters *clusters = self;
    const struct local_cluster *cluster = cluster_list_find(&clusters->list, cluster_id);

    if (cluster == NULL)
        *out_view = (struct cluster_view){.health = CLUSTER_ABSENT};
    else
        cluster_status_view(cluster, out_view);
}

static const struct cluster_ops cluster_ops = {
    .launch = launch,
    .admits = admits,
    .submit = submit,
    .savepoint = savepoint,
    .retire = retire,
    .view = view,
};

// --- insight ---

// Only a READY cluster is shown: before that, the job on it may be the primer.
static struct local_cluster *find_seen(void *self, const char *cluster_id) {
    const struct local_clusters *clusters = self;

    return cluster_list_find_ready(&clusters->list, cluster_id, NULL);
}

static void measure(void *self, const char *cluster_id) {
    struct local_cluster *cluster = find_seen(self, cluster_id);

    if (cluster != NULL) cluster_job_measure(cluster);
}

static const struct job_measurement *measured(void *self, const char *cluster_id) {
    const struct local_clusters *clusters = self;
    const struct local_cluster *cluster = cluster_list_find(&clusters->list, cluster_id);

    return cluster == NULL ? NULL : job_meter_result(&cluster->meter);
}

static char *job_plan(void *self, const char *cluster_id) {
    const struct local_cluster *cluster = find_seen(self, cluster_id);

    return cluster == NULL ? NULL : cluster_watch_plan(cluster->watch);
}

static struct insight_fetch *fetch(void *self, const char *cluster_id, const char *path,
                                   insight_page_fn *done, void *userdata) {
    const struct local_clusters *clusters = self;
    const struct local_cluster *cluster = find_seen(self, cluster_id);

    if (cluster == NULL) return NULL;
    return page_fetch_begin(clusters->machine.http, cluster_processes_rest_url(cluster->processes),
                            path, done, userdata);
}

static void cancel_fetch(void *self, struct insight_fetch *page) {
    (void)self;
    page_fetch_cancel(page);
}

static bool inject(void *self, const char *cluster_id, enum insight_fault fault,
                   struct error *err) {
    const struct local_clusters *clusters = self;
    struct local_cluster *cluster = cluster_list_find_ready(&clusters->list, cluster_id, err);

    if (cluster == NULL) return false;
    cluster_job_inject(cluster, fault);
    return true;
}

static bool list_logs(void *self, const char *app_id, insight_log_fn *visit, void *userdata,
                      struct error *err) {
    const struct local_clusters *clusters = self;

    return log_pages_list(clusters->machine.data_directory, app_id, visit, userdata, err);
}

static bool read_log(void *self, const char *app_id, const char *cluster_id, const char *file,
                     int64_t from, struct insight_log_page *out_page, struct error *err) {
    const struct local_clusters *clusters = self;

    return log_pages_read(clusters->machine.data_directory, app_id, cluster_id, file, from,
                          out_page, err);
}

static const struct insight_ops insight_ops = {
    .measure = measure,
    .measured = measured,
    .job_plan = job_plan,
    .fetch = fetch,
    .cancel_fetch = cancel_fetch,
    .inject = inject,
    .list_logs = list_logs,
    .read_log = read_log,
};

// --- capacity ---

static void keep_spare(void *self, const struct launch_spec *spec) {
    struct local_clusters *clusters = self;

    spares_keep(&clusters->spares, spec);
}

static void hold_runtimes(void *self, uint32_t runtimes) {
    struct local_clusters *clusters = self;

    machine_hold_runtimes(&clusters->machine, runtimes);
}

// Spares do not count: they end when memory is needed.
static int64_t memory_used_bytes(void *self) {
    const struct local_clusters *clusters = self;

    return cluster_memory_total_bytes(&clusters->list, false);
}

static int64_t memory_of_bytes(void *self, const char *cluster_id) {
    const struct local_clusters *clusters = self;
    const struct local_cluster *cluster = cluster_list_find(&clusters->list, cluster_id);

    return cluster == NULL ? 0 : cluster_memory_counted_bytes(cluster);
}

static const struct capacity_ops capacity_ops = {
    .keep_spare = keep_spare,
    .hold_runtimes = hold_runtimes,
    .memory_used_bytes = memory_used_bytes,
    .memory_of_bytes = memory_of_bytes,
};

// --- files ---

static bool find_checkpoint(void *self, const char *app_id, const char *job_id,
                            char out_path[static FILE_PATH_MAX]) {
    const struct local_clusters *clusters = self;

    return app_files_find_checkpoint(clusters->machine.data_directory, app_id, job_id, out_path);
}

static bool find_savepoint(void *self, const char *app_id, const struct snapshot *snapshot,
                           char out_path[static FILE_PATH_MAX]) {
    const struct local_clusters *clusters = self;

    return app_files_find_savepoint(clusters->machine.data_directory, app_id, snapshot, out_path);
}

static bool locate(void *self, const char *path, char out_root[static FILE_PATH_MAX],
                   char out_relative[static FILE_PATH_MAX], struct error *err) {
    const struct local_clusters *clusters = self;

    return app_files_locate(clusters->machine.data_directory, path, out_root, out_relative, err);
}

static bool publish(void *self, const char *app_id, const struct snapshot *snapshot,
                    char out_path[static FILE_PATH_MAX], struct error *err) {
    struct local_clusters *clusters = self;
    const char *data = clusters->machine.data_directory;
    char savepoint[FILE_PATH_MAX];

    if (!app_files_find_savepoint(data, app_id, snapshot, savepoint))
        return error_set(err, ERROR_NOT_FOUND, "the savepoint of %s is not there", snapshot->name);
    if (!snapshot_files_publish(data, app_id, savepoint, snapshot->enhanced_id, out_path, err))
        return false;
    // The directories in which it was.
    error_ignore(app_files_remove_snapshot(data, app_id, snapshot, NULL));
    machine_files_changed(&clusters->machine, app_id);
    return true;
}

static bool published_directory(void *self, const char *enhanced_id,
                                char out_path[static FILE_PATH_MAX], struct error *err) {
    const struct local_clusters *clusters = self;

    return snapshot_files_directory(clusters->machine.data_directory, enhanced_id, out_path, err);
}

static int64_t measure_published(void *self, const char *enhanced_id) {
    const struct local_clusters *clusters = self;

    return snapshot_files_measure(clusters->machine.data_directory, enhanced_id);
}

static bool check_imported(void *self, const char *enhanced_id, struct error *err) {
    const struct local_clusters *clusters = self;

    return snapshot_files_check_imported(clusters->machine.data_directory, enhanced_id, err);
}

static bool remove_published(void *self, const char *enhanced_id, struct error *err) {
    struct local_clusters *clusters = self;

    if (!snapshot_files_remove(clusters->machine.data_directory, enhanced_id, err)) return false;
    trash_empty(clusters->machine.trash);
    return true;
}

static bool prune_checkpoints(void *self, const char *app_id, state_files_need_fn *is_needed,
                              void *userdata, int *out_removed, struct error *err) {
    struct local_clusters *clusters = self;

    if (!app_files_prune_checkpoints(clusters->machine.data_directory, app_id, is_needed, userdata,
                                     out_removed, err))
        return false;
    if (*out_removed > 0) machine_files_changed(&clusters->machine, app_id);
    return true;
}

static bool remove_snapshot(void *self, const char *app_id, const struct snapshot *snapshot,
                            struct error *err) {
    struct local_clusters *clusters = self;

    if (!app_files_remove_snapshot(clusters->machine.data_directory, app_id, snapshot, err))
        return false;
    machine_files_changed(&clusters->machine, app_id);
    return true;
}

static bool erase_app(void *self, const char *app_id, struct error *err) {
    struct local_clusters *clusters = self;

    spares_forget(&clusters->spares, app_id);
    if (!app_files_erase(clusters->machine.data_directory, app_id, err)) return false;
    trash_empty(clusters->machine.trash);
    disk_usage_forget(clusters->machine.usage, app_id);
    return true;
}

static int64_t disk_used_bytes(void *self, const char *app_id) {
    struct local_clusters *clusters = self;

    return disk_usage_bytes(clusters->machine.usage, app_id);
}

static const struct state_files_ops state_files_ops = {
    .find_checkpoint = find_checkpoint,
    .find_savepoint = find_savepoint,
    .locate = locate,
    .publish = publish,
    .published_directory = published_directory,
    .measure = measure_published,
    .check_imported = check_imported,
    .remove_published = remove_published,
    .prune_checkpoints = prune_checkpoints,
    .remove_snapshot = remove_snapshot,
    .erase_app = erase_app,
    .disk_used_bytes = disk_used_bytes,
};

// --- the ports ---

struct cluster_port local_clusters_port(struct local_clusters *clusters) {
    return (struct cluster_port){.ops = &cluster_ops, .self = clusters};
}

struct insight_port local_clusters_insight(struct local_clusters *clusters) {
    return (struct insight_port){.ops = &insight_ops, .self = clusters};
}

struct capacity_port local_clusters_capacity(struct local_clusters *clusters) {
    return (struct capacity_port){.ops = &capacity_ops, .self = clusters};
}

struct state_files_port local_clusters_state_files(struct local_clusters *clusters) {
    return (struct state_files_port){.ops = &state_files_ops, .self = clusters};
}

struct program_port local_clusters_programs(struct local_clusters *clusters) {
    return program_inspector_port(clusters->programs);
}

// --- life ---

bool local_clusters_new(sd_event *loop, const struct local_options *options,
                        struct local_clusters **out_clusters, struct error *err) {
    AUTO(local_clusters_free) struct local_clusters *self = memory_alloc(sizeof *self);

    self->list.machine = &self->machine;
    self->spares.list = &self->list;
    if (!machine_open(&self->machine, loop, options, err) ||
        !program_inspector_new(&self->machine, &self->programs, err))
        return false;
    *out_clusters = TAKE(self);
    return true;
}

void local_clusters_free(struct local_clusters *self) {
    if (self == NULL) return;
    program_inspector_free(self->programs);
    spares_release(&self->spares);
    cluster_list_release(&self->list);
    machine_close(&self->machine);
    memory_free(self);
}

void local_clusters_close_port(struct local_clusters *clusters, uint16_t port) {
    clusters->machine.api_port = port;
}

void local_clusters_serve_port(struct local_clusters *clusters, uint16_t port) {
    clusters->machine.s3_port = port;
}

void local_clusters_set_s3(struct local_clusters *clusters, const char *endpoint) {
    (void)text_copy(clusters->machine.s3_endpoint, sizeof clusters->machine.s3_endpoint, endpoint);
}

const char *local_clusters_left_behind(const struct local_clusters *clusters) {
    return clusters->machine.left_behind;
}

void local_clusters_limits(const struct local_clusters *clusters, char *out, size_t size_bytes) {
    cgroup_root_describe(&clusters->machine.cgroups, out, size_bytes);
}

json_t *local_clusters_status(const struct local_clusters *clusters) {
    return cluster_status_list(&clusters->list);
}
