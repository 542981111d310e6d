#include "runtime/local/primer.h"

#include "base/file_inside.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/flink/job_conf.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/python_program.h"

#include <string.h>

// --- the trivial job ---

struct job_spec primer_job(enum runtime_environment runtime, int parallelism) {
    return (struct job_spec){.runtime = runtime,
                             .parallelism = parallelism,
                             .parallelism_per_kpu = 1,
                             .checkpointing_enabled = true,
                             .checkpoint_interval_ms = 1000};
}

static void choose_job_id(char out[static APP_JOB_ID_SIZE]) {
    (void)text_copy(out, APP_JOB_ID_SIZE, PRIMER_JOB_PREFIX);
    random_id_hex(out + strlen(out), APP_JOB_ID_SIZE - 1 - strlen(out));
}

static json_t *body_of(enum runtime_environment runtime, int parallelism,
                       const char *state_directory, const char *job_id) {
    json_t *body = json_new_object();
    AUTO(memory_free) char *checkpoints = workspace_uri(state_directory);
    const struct job_spec job = primer_job(runtime, parallelism);

    json_put_text(body, "jobId", job_id);
    json_put_int(body, "parallelism", job.parallelism);
    if (runtime_environment_has_run_conf(runtime))
        json_put(body, "flinkConfiguration", job_conf_settings(&job, checkpoints));
    return body;
}

void primer_submit(struct cluster_watch *watch, enum runtime_environment runtime, int parallelism,
                   const char *state_directory, const char *restore_path) {
    char job_id[APP_JOB_ID_SIZE];

    choose_job_id(job_id);
    AUTO(json_decref) json_t *body = body_of(runtime, parallelism, state_directory, job_id);
    if (restore_path[0] != '\0') json_put_text(body, "savepointPath", restore_path);
    cluster_watch_submit(watch, PRIMER_JAR_ID, job_id, body);
}

void primer_stop(struct cluster_watch *watch, const char *directory) {
    AUTO(memory_free) char *uri = workspace_uri(directory);
    char trigger_id[APP_JOB_ID_SIZE];

    random_id_hex(trigger_id, sizeof trigger_id - 1);
    cluster_watch_savepoint(watch, trigger_id, uri, true);
}

// --- on a cluster that has booted ---

static bool stage_jar(const struct primer_place *place, struct error *err) {
    AUTO(installed_runtime_release) struct installed_runtime runtime = {0};
    char jar[FILE_PATH_MAX];
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(1 << 20);

    // Copied: runtimes may lie on another file system.
    return catalog_find(place->runtimes_directory, place->runtime, &runtime, err) &&
           file_join(jar, sizeof jar, err, runtime.directory, CATALOG_PRIMER, NULL) &&
           file_read(jar, &bytes, err) &&
           file_write_inside(place->cluster_directory, WORKSPACE_UPLOAD "/" PRIMER_JAR_ID,
                             buffer_text(&bytes), bytes.size_bytes, 0644, err);
}

static bool begin_python(struct cluster_watch *watch, const struct primer_place *place,
                         struct error *err) {
    static const struct python_options options = {INSTALLED_PYTHON_PRIMER, "", "", "", ""};
    AUTO(installed_runtime_release) struct installed_runtime runtime = {0};
    char job_id[APP_JOB_ID_SIZE];

    choose_job_id(job_id);
    AUTO(json_decref)
    json_t *body = body_of(place->runtime, place->slots, place->state_directory, job_id);
    if (!catalog_find(place->runtimes_directory, place->runtime, &runtime, err) ||
        !python_program_write_jar(&options, runtime.python.directory, &runtime.python,
                                  place->cluster_directory, err))
        return false;
    python_program_add(&options, runtime.python.directory, &runtime.python, body);
    cluster_watch_submit(watch, PYTHON_PROGRAM_JAR_ID, job_id, body);
    return true;
}

static bool begin(struct cluster_watch *watch, const struct primer_place *place,
                  struct error *err) {
    if (place->is_python) return begin_python(watch, place, err);
    if (!stage_jar(place, err)) return false;
    primer_submit(watch, place->runtime, place->slots, place->state_directory, "");
    return true;
}

bool primer_advance(enum primer_stage *stage, struct cluster_watch *watch,
                    const struct primer_place *place) {
    const struct cluster_view *view = cluster_watch_view(watch);
    enum savepoint_state savepoint = view->savepoint.state;

    switch (*stage) {
    case PRIMER_NONE:
    case PRIMER_DONE:
        return true;
    case PRIMER_WAITS:
        if (!begin(watch, place, NULL)) break;
        *stage = PRIMER_RUNS;
        return false;
    case PRIMER_RUNS:
        if (cluster_view_runs_fully(view)) {
            *stage = PRIMER_STOPS;
            primer_stop(watch, place->state_directory);
            return false;
        }
        if (view->job != JOB_REJECTED && view->job != JOB_FAILED) return false;
        break;
    case PRIMER_STOPS:
        if (savepoint != SAVEPOINT_COMPLETED && savepoint != SAVEPOINT_FAILED) return false;
        break;
    }
    *stage = PRIMER_DONE;
    cluster_watch_forget_job(watch);
    return true;
}
