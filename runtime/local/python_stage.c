#include "runtime/local/python_stage.h"

#include "base/file_inside.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/host/process.h"
#include "runtime/local/python_packages_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char OUTPUT[] = WORKSPACE_LOG "/python-program.out";
static const char PYTHON_PATH[] = WORKSPACE_ETC "/python_path";

struct python_stage {
    struct python_stage_options options;
    struct installed_runtime runtime;
    char directory[FILE_PATH_MAX];
    char code_sha256[CODE_SHA256_SIZE];
    struct process *unpack;
    sd_event_source *limit;
    struct python_packages_run *packages;
};

static const uint64_t UNPACK_LIMIT_US = (uint64_t)5 * 60 * 1000000;

void python_stage_free(struct python_stage *stage) {
    if (stage == NULL) return;
    process_free(stage->unpack);
    (void)sd_event_source_disable_unref(stage->limit);
    python_packages_run_free(stage->packages);
    installed_runtime_release(&stage->runtime);
    memory_free(stage);
}

bool python_stage_directory(const struct workspace_paths *paths,
                            char out_path[static FILE_PATH_MAX], struct error *err) {
    char *conf = realpath(paths->conf, NULL);

    if (conf == NULL) return error_system(err, errno, "find '%s'", paths->conf);
    bool fits = file_join(out_path, FILE_PATH_MAX, err, conf, "program", NULL);
    free(conf);
    return fits;
}

static void finish(struct python_stage *stage, const struct error *err) {
    stage->options.on_done(stage->options.userdata, err);
}

// --- packages ---

static void on_packages(void *userdata, const char *python_path, const struct error *err) {
    const struct python_stage *stage = userdata;
    struct error failure;

    if (err != NULL)
        finish(userdata, err);
    else if (file_write_inside(stage->options.paths->cluster, PYTHON_PATH, python_path,
                               strlen(python_path), 0644, &failure))
        finish(userdata, NULL);
    else
        finish(userdata, &failure);
}

// *out_is_done: the program requires nothing.
static bool begin_packages(struct python_stage *stage, bool *out_is_done, struct error *err) {
    char requirements[FILE_PATH_MAX];

    if (!file_join(requirements, sizeof requirements, err, stage->directory, "requirements.txt",
                   NULL))
        return false;
    *out_is_done = !file_exists(requirements);
    if (*out_is_done) return true;
    struct python_packages_order order = {.machine = stage->options.machine,
                                          .paths = stage->options.paths,
                                          .runtime = &stage->runtime,
                                          .requirements = requirements,
                                          .program = stage->directory,
                                          .code_sha256 = stage->code_sha256,
                                          .on_done = on_packages,
                                          .userdata = stage};
    return python_packages_run_begin(&order, &stage->packages, err);
}

// --- unpacking ---

static void read_reason(const struct python_stage *stage, struct error *err) {
    AUTO(buffer_release) struct buffer tail = BUFFER_INIT(1024);
    const struct workspace_paths *paths = stage->options.paths;

    if (!file_read_tail_inside(paths->cluster, OUTPUT, 1024, &tail, NULL) || tail.size_bytes == 0) {
        (void)error_set(err, ERROR_SYSTEM, "the program could not be unpacked");
        return;
    }
    char *text = buffer_take_text(&tail);
    text[strcspn(text, "\n")] = '\0';
    text_make_printable(text);
    (void)error_set(err, ERROR_INVALID, "%s", text);
    memory_free(text);
}

static void on_unpacked(void *userdata, struct process_end end) {
    struct python_stage *stage = userdata;
    struct error err;
    bool is_done = false;

    stage->limit = sd_event_source_disable_unref(stage->limit);
    if (end.was_signalled || end.number != 0) {
        read_reason(stage, &err);
        finish(stage, &err);
        return;
    }
    if (!begin_packages(stage, &is_done, &err))
        finish(stage, &err);
    else if (is_done)
        finish(stage, NULL);
}

static int on_limit(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct python_stage *stage = userdata;

    (void)source;
    (void)now_us;
    process_signal(stage->unpack, SIGKILL); // on_unpacked() follows
    return 0;
}

static bool begin_unpacking(struct python_stage *stage, const struct code_jar *code,
                            struct error *err) {
    const struct installed_python *python = &stage->runtime.python;
    char module[FILE_PATH_MAX];

    if (!file_join(module, sizeof module, err, python->directory, INSTALLED_PYTHON_MODULE, NULL))
        return false;
    const char *const arguments[] = {python->interpreter, "-I",         module,           "unpack",
                                     code->path,          code->sha256, stage->directory, NULL};
    static const char *const environment[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", NULL};
    struct process_spec spec = {.arguments = arguments,
                                .environment = environment,
                                .output_root = stage->options.paths->cluster,
                                .output = OUTPUT,
                                .done = on_unpacked,
                                .userdata = stage};
    int added = sd_event_add_time_relative(stage->options.machine->loop, &stage->limit,
                                           CLOCK_MONOTONIC, UNPACK_LIMIT_US, 0, on_limit, stage);
    if (added < 0) return error_system(err, -added, "limit the time of unpacking");
    return process_start(stage->options.machine->loop, &spec, &stage->unpack, err);
}

// --- the beginning ---

bool python_stage_begin(const struct python_stage_options *options, struct python_stage **out_stage,
                        struct error *err) {
    AUTO(python_stage_free) struct python_stage *stage = memory_alloc(sizeof *stage);
    const struct code_port *code = &options->machine->options.code;
    struct code_jar jar;

    stage->options = *options;
    (void)text_copy(stage->code_sha256, sizeof stage->code_sha256, options->code_sha256);
    if (!catalog_find(options->machine->runtimes_directory, options->runtime, &stage->runtime,
                      err) ||
        !python_stage_directory(options->paths, stage->directory, err) ||
        !code->ops->find_jar(code->self, options->code_sha256, &jar, err) ||
        !begin_unpacking(stage, &jar, err))
        return false;
    *out_stage = TAKE(stage);
    return true;
}
