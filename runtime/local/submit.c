#include "runtime/local/submit.h"

#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/flink/job_conf.h"
#include "runtime/installed/catalog.h"
#include "runtime/local/python_program.h"
#include "runtime/local/python_stage.h"

#include <string.h>

enum { JAR_ID_SIZE = 80 };

struct submit {
    struct cluster_watch *watch;
    void (*on_unusable)(void *userdata, const char *reason);
    void (*on_done)(void *userdata);
    void *userdata;
    struct code_stage *stage; // NULL: the code is in its place
    char jar_id[JAR_ID_SIZE];
    char job_id[APP_JOB_ID_SIZE];
    json_t *body;
};

void submit_free(struct submit *submit) {
    if (submit == NULL) return;
    code_stage_free(submit->stage);
    json_decref(submit->body);
    memory_free(submit);
}

bool submit_write_properties(const struct workspace_paths *paths, const struct submission *job,
                             struct error *err) {
    return file_write_inside(paths->cluster, WORKSPACE_ETC "/" WORKSPACE_PROPERTIES,
                             job->properties_text, strlen(job->properties_text), 0644, err);
}

static json_t *run_body(const struct workspace_paths *paths, const struct submission *job) {
    AUTO(memory_free) char *checkpoints = workspace_uri(paths->checkpoints);
    json_t *body = json_new_object();

    json_put_text(body, "jobId", job->job_id);
    json_put_int(body, "parallelism", job->spec.parallelism);
    json_put_bool(body, "allowNonRestoredState", job->allow_non_restored_state);
    if (runtime_environment_has_run_conf(job->spec.runtime))
        json_put(body, "flinkConfiguration", job_conf_settings(&job->spec, checkpoints));
    if (job->restore_path[0] == '\0') return body;
    AUTO(memory_free) char *uri = workspace_uri(job->restore_path);
    json_put_text(body, "savepointPath", uri);
    // kobel removes what was restored from, not Flink.
    json_put_text(body, runtime_environment_claim_key(job->spec.runtime), "NO_CLAIM");
    return body;
}

static void hand_over(const struct submit *submit) {
    cluster_watch_submit(submit->watch, submit->jar_id, submit->job_id, submit->body);
}

static void on_staged(void *userdata, const struct error *err) {
    const struct submit *submit = userdata;

    // Damaged code stays damaged. A failure of this machine says nothing about the code: the job
    // gets another cluster, as after any death.
    if (err != NULL && err->kind == ERROR_SYSTEM)
        submit->on_unusable(submit->userdata, err->message);
    else if (err != NULL)
        cluster_watch_reject(submit->watch, err->message);
    else
        hand_over(submit);
    submit->on_done(submit->userdata);
}

// A jar in the upload directory is known to Flink by its file name, without an upload
// (facts/flink.md 6.2).
static void print_jar_id(const char *code_sha256, char out[static JAR_ID_SIZE]) {
    (void)text_format(out, JAR_ID_SIZE, "%.64s.jar", code_sha256);
}

static bool make_directory(const struct workspace_paths *paths, struct error *err) {
    return file_make_directories_inside(paths->cluster, WORKSPACE_UPLOAD, 0700, err);
}

static struct code_stage_spec stage_spec(const struct code_jar *jar,
                                         const struct workspace_paths *paths, const char *jar_id) {
    return (struct code_stage_spec){.code_path = jar->path,
                                    .code_sha256 = jar->sha256,
                                    .root = paths->cluster,
                                    .directory = WORKSPACE_UPLOAD,
                                    .name = jar_id};
}

bool submit_stage_jar(sd_event *loop, const struct code_port *code,
                      const struct workspace_paths *paths, const char *code_sha256,
                      code_stage_done_fn *done, void *userdata, struct code_stage **out_stage,
                      struct error *err) {
    char jar_id[JAR_ID_SIZE];
    struct code_jar jar;

    *out_stage = NULL;
    print_jar_id(code_sha256, jar_id);
    if (!make_directory(paths, err) || !code->ops->find_jar(code->self, code_sha256, &jar, err))
        return false;
    if (jar.problem[0] != '\0') return error_set(err, ERROR_INVALID, "%s", jar.problem);
    struct code_stage_spec spec = stage_spec(&jar, paths, jar_id);
    return code_stage_begin(loop, &spec, done, userdata, out_stage, err);
}

static bool begin_staging(sd_event *loop, const struct submit_options *options,
                          const struct submission *job, struct submit *submit, bool *out_is_refused,
                          struct error *err) {
    const struct code_port *code = options->code;
    struct code_jar jar;
    struct error unusable;

    // A program may have put something else in its place, which neither Flink nor kobel will use.
    if (!make_directory(options->paths, &unusable)) {
        (void)error_prefix(&unusable, "the directory of a job's code cannot be used");
        options->on_unusable(options->userdata, unusable.message);
        return error_set(err, unusable.kind, "%s", unusable.message);
    }
    if (!code->ops->find_jar(code->self, job->spec.code_sha256, &jar, err)) return false;
    *out_is_refused = jar.problem[0] != '\0';
    if (!*out_is_refused) {
        struct code_stage_spec spec = stage_spec(&jar, options->paths, submit->jar_id);
        return options->is_staged ||
               code_stage_begin(loop, &spec, on_staged, submit, &submit->stage, err);
    }
    // Flink would refuse it as well, but does not say what it is.
    cluster_watch_announce(submit->watch, submit->job_id);
    cluster_watch_reject(submit->watch, jar.problem);
    return true;
}

// --- a program in Python ---

// It was prepared while the cluster booted (python_stage.h).
static bool check_program(const struct submit_options *options, const struct python_options *python,
                          const char *directory, struct error *err) {
    if (options->program_failure[0] != '\0')
        return error_set(err, ERROR_INVALID, "%s", options->program_failure);
    return python_program_check(python, directory, err);
}

static bool submit_python(const struct submit_options *options, const struct submission *job,
                          struct submit *submit, struct error *err) {
    AUTO(installed_runtime_release) struct installed_runtime runtime = {0};
    AUTO(json_decref) json_t *groups = NULL;
    struct python_options python;
    char directory[FILE_PATH_MAX];
    struct error refused;

    if (!json_parse(job->properties_text, strlen(job->properties_text), &groups, err) ||
        !catalog_find(options->runtimes_directory, job->spec.runtime, &runtime, err) ||
        !python_stage_directory(options->paths, directory, err))
        return false;
    if (!python_options_read(groups, &python))
        return error_set(err, ERROR_INVALID,
                         "the application has no properties of a program in "
                         "Python");
    if (!check_program(options, &python, directory, &refused)) {
        cluster_watch_announce(submit->watch, submit->job_id);
        cluster_watch_reject(submit->watch, refused.message);
        return true;
    }
    if (!python_program_write_jar(&python, directory, &runtime.python, options->paths->cluster,
                                  err))
        return false;
    python_program_add(&python, directory, &runtime.python, submit->body);
    (void)text_copy(submit->jar_id, sizeof submit->jar_id, PYTHON_PROGRAM_JAR_ID);
    hand_over(submit);
    return true;
}

bool submit_begin(sd_event *loop, const struct submit_options *options,
                  const struct submission *job, struct submit **out_submit, struct error *err) {
    AUTO(submit_free) struct submit *submit = memory_alloc(sizeof *submit);
    bool is_refused = false;

    submit->watch = options->watch;
    submit->on_unusable = options->on_unusable;
    submit->on_done = options->on_done;
    submit->userdata = options->userdata;
    print_jar_id(job->spec.code_sha256, submit->jar_id);
    (void)text_copy(submit->job_id, sizeof submit->job_id, job->job_id);
    submit->body = run_body(options->paths, job);
    *out_submit = NULL;
    if (job->spec.is_python) return submit_python(options, job, submit, err);
    if (!begin_staging(loop, options, job, submit, &is_refused, err)) return false;
    if (is_refused) return true;
    if (submit->stage == NULL) {
        hand_over(submit);
        return true;
    }
    cluster_watch_announce(submit->watch, submit->job_id);
    *out_submit = TAKE(submit);
    return true;
}
