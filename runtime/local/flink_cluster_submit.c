// Submitting a job: its code is put where Flink looks for it, then Flink is told to run it.
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/flink/job_conf.h"
#include "runtime/local/code_stage.h"
#include "runtime/local/flink_cluster_parts.h"

#include <string.h>

// What waits until the code is in its place.
struct staging {
    struct code_stage *stage;
    char jar_id[80];
    char job_id[APP_JOB_ID_SIZE];
    json_t *body;
};

void flink_submit_cancel(struct cluster *cluster) {
    struct staging *staging = TAKE(cluster->staging);

    if (staging == NULL) return;
    code_stage_free(staging->stage);
    json_decref(staging->body);
    memory_free(staging);
}

static json_t *run_body(const struct cluster *cluster, const struct submission *job) {
    AUTO(memory_free) char *checkpoints = workspace_uri(cluster->paths.checkpoints);
    json_t *body = json_new_object();

    json_put_text(body, "jobId", job->job_id);
    json_put_int(body, "parallelism", job->spec.parallelism);
    json_put_bool(body, "allowNonRestoredState", job->allow_non_restored_state);
    json_put(body, "flinkConfiguration", job_conf_settings(&job->spec, checkpoints));
    if (job->restore_path[0] == '\0') return body;
    AUTO(memory_free) char *uri = workspace_uri(job->restore_path);
    json_put_text(body, "savepointPath", uri);
    // Whatever is restored stays kobel's to remove.
    json_put_text(body, runtime_environment_claim_key(job->spec.runtime), "NO_CLAIM");
    return body;
}

// The consumer groups are those of the job's properties; a meter of the job before goes with them.
static void look_for_groups(struct cluster *cluster, const char *properties_text) {
    AUTO(json_decref) json_t *properties = NULL;
    struct error unreadable;

    flink_look_forget(cluster);
    if (json_parse(properties_text, strlen(properties_text), &properties, &unreadable))
        cluster->lag = kafka_lag_new(cluster->owner->loop, properties);
}

static void on_staged(void *userdata, const struct error *err) {
    struct cluster *cluster = userdata;
    const struct staging *staging = cluster->staging;

    // Code that is damaged stays so. What this machine could not do says nothing of it: another
    // cluster is tried, as after any death.
    if (err != NULL && err->kind == ERROR_SYSTEM)
        flink_cluster_lose(cluster, err->message);
    else if (err != NULL)
        cluster_watch_reject(cluster->watch, err->message);
    else
        cluster_watch_submit(cluster->watch, staging->jar_id, staging->job_id, staging->body);
    flink_submit_cancel(cluster);
    flink_cluster_changed(cluster);
}

// A jar in the upload directory is known to Flink by its file name, without an upload
// (facts/flink.md 6.2).
static bool begin_staging(struct cluster *cluster, const struct submission *job,
                          struct staging *staging, struct error *err) {
    const struct code_port *code = &cluster->owner->options.code;
    struct code_jar jar;
    struct code_stage_spec spec = {.code_path = jar.path,
                                   .code_sha256 = jar.sha256,
                                   .root = cluster->paths.cluster,
                                   .directory = WORKSPACE_UPLOAD,
                                   .name = staging->jar_id};

    // Whatever a program put into its place: neither Flink nor kobel will use it.
    if (!file_make_directories_inside(spec.root, spec.directory, 0700, err)) {
        (void)error_prefix(err, "the directory of a job's code cannot be used");
        flink_cluster_lose(cluster, err->message);
        return false;
    }
    return code->ops->find_jar(code->self, job->spec.code_sha256, &jar, err) &&
           code_stage_begin(cluster->owner->loop, &spec, on_staged, cluster, &staging->stage, err);
}

static bool write_properties(const struct cluster *cluster, const struct submission *job,
                             struct error *err) {
    return file_write_inside(cluster->paths.cluster, WORKSPACE_ETC "/" WORKSPACE_PROPERTIES,
                             job->properties_text, strlen(job->properties_text), 0644, err);
}

bool flink_submit(void *self, const char *cluster_id, const struct submission *job,
                  struct error *err) {
    struct cluster *cluster = flink_cluster_find_ready(self, cluster_id, err);

    if (cluster == NULL) return false;
    if (text_equal(cluster_watch_view(cluster->watch)->job_id, job->job_id)) return true;
    if (!write_properties(cluster, job, err)) return false;
    flink_submit_cancel(cluster);
    struct staging *staging = cluster->staging = memory_alloc(sizeof *staging);
    (void)text_format(staging->jar_id, sizeof staging->jar_id, "%.64s.jar", job->spec.code_sha256);
    (void)text_copy(staging->job_id, sizeof staging->job_id, job->job_id);
    staging->body = run_body(cluster, job);
    if (!begin_staging(cluster, job, staging, err)) {
        flink_submit_cancel(cluster);
        return false;
    }
    look_for_groups(cluster, job->properties_text);
    if (staging->stage == NULL) {
        cluster_watch_submit(cluster->watch, staging->jar_id, staging->job_id, staging->body);
        flink_submit_cancel(cluster);
    } else
        cluster_watch_announce(cluster->watch, staging->job_id);
    flink_cluster_changed(cluster);
    return true;
}
