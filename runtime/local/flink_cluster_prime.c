// Priming: a trivial job of kobel's own runs on a cluster before it is READY, and is stopped with a
// savepoint. Whatever comes next finds classes, REST handlers and RocksDB's library loaded, which
// is two thirds of what a first job takes: worth it where nobody waits for the cluster (a spare),
// or where an old job still runs while it boots and only the gap between the two counts.
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/flink/job_conf.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/flink_cluster_parts.h"

#define JAR_ID "primer.jar"
static const char JAR[] = WORKSPACE_UPLOAD "/" JAR_ID; // in the directory of the cluster

static bool stage_primer(const struct cluster *cluster, struct error *err) {
    AUTO(installed_runtime_release) struct installed_runtime runtime = {0};
    char primer[FILE_PATH_MAX];
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(1 << 20);

    // Copied: runtimes may lie on another file system.
    return catalog_find(cluster->owner->runtimes_directory, cluster->spec.runtime, &runtime, err) &&
           file_join(primer, sizeof primer, err, runtime.directory, CATALOG_PRIMER, NULL) &&
           file_read(primer, &bytes, err) &&
           file_write_inside(cluster->paths.cluster, JAR, buffer_text(&bytes), bytes.size_bytes,
                             0644, err);
}

// Where the trivial job's state goes, which is nobody's: what the sandbox has had in sight from the
// beginning, and so the directory of the spare even when it was claimed meanwhile.
static bool find_work(const struct cluster *cluster, struct workspace_paths *out_paths,
                      struct error *err) {
    *out_paths = cluster->paths;
    return cluster->spare_id[0] == '\0' ||
           workspace_spare_paths_of(cluster->owner->data_directory, cluster->spare_id, "",
                                    out_paths, err);
}

static bool submit_primer(struct cluster *cluster, struct error *err) {
    AUTO(json_decref) json_t *body = json_new_object();
    struct workspace_paths paths;
    struct job_spec job = {.runtime = cluster->spec.runtime,
                           .parallelism = cluster_size_slots(&cluster->spec.size),
                           .parallelism_per_kpu = 1,
                           .checkpointing_enabled = true,
                           .checkpoint_interval_ms = 1000};
    char job_id[APP_JOB_ID_SIZE];

    if (!find_work(cluster, &paths, err)) return false;
    AUTO(memory_free) char *checkpoints = workspace_uri(paths.work);
    random_id_hex(job_id, sizeof job_id - 1);
    json_put_text(body, "jobId", job_id);
    json_put_int(body, "parallelism", job.parallelism);
    json_put(body, "flinkConfiguration", job_conf_settings(&job, checkpoints));
    cluster_watch_submit(cluster->watch, JAR_ID, job_id, body);
    return true;
}

static bool save_primer(struct cluster *cluster, struct error *err) {
    struct workspace_paths paths;
    char trigger_id[APP_JOB_ID_SIZE];

    if (!find_work(cluster, &paths, err)) return false;
    random_id_hex(trigger_id, sizeof trigger_id - 1);
    AUTO(memory_free) char *directory = workspace_uri(paths.work);
    cluster_watch_savepoint(cluster->watch, trigger_id, directory, true);
    return true;
}

// Without the trivial job, or with one that failed, the cluster is as good as any that just booted.
bool flink_prime(struct cluster *cluster) {
    const struct cluster_view *view = cluster_watch_view(cluster->watch);
    enum savepoint_state saved = view->savepoint.state;
    struct error ignored;

    switch (cluster->priming) {
    case PRIMING_NONE:
    case PRIMING_DONE:
        return true;
    case PRIMING_WAITS:
        cluster->priming = PRIMING_RUNS;
        if (stage_primer(cluster, &ignored) && submit_primer(cluster, &ignored)) return false;
        break;
    case PRIMING_RUNS:
        if (cluster_view_runs_fully(view)) {
            cluster->priming = PRIMING_SAVES;
            if (save_primer(cluster, &ignored)) return false;
        } else if (view->job != JOB_REJECTED && view->job != JOB_FAILED) {
            return false;
        }
        break;
    case PRIMING_SAVES:
        if (saved != SAVEPOINT_COMPLETED && saved != SAVEPOINT_FAILED) return false;
        break;
    }
    cluster->priming = PRIMING_DONE;
    cluster_watch_forget_job(cluster->watch);
    return true;
}
