#include "runtime/local/python_packages_run.h"

#include "base/digest.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/fence/sandbox.h"
#include "runtime/host/orphans.h"
#include "runtime/host/process.h"
#include "runtime/local/pip_environment.h"
#include "runtime/local/process_fence.h"
#include "runtime/local/python_requirements.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char OUTPUT[] = WORKSPACE_LOG "/pip.out";
static const char PATHS[] = "paths"; // of the packages, a line each, below their directory
#define PARTIAL ".partial-"

static const uint64_t LIMIT_US = (uint64_t)15 * 60 * 1000000;
static const int64_t TEMPORARY_BYTES = (int64_t)2 << 30;
static const int64_t DATA_BYTES = (int64_t)4 << 30; // of each process
static const int PROCESSES = 4096;
enum { REQUIREMENTS_MAX_BYTES = 1 << 20, OUTPUT_TAIL_BYTES = 16384, PATHS_MAX_BYTES = 65536 };

struct python_packages_run {
    struct python_packages_order order;
    char directory[FILE_PATH_MAX]; // of the packages, when they are complete
    char partial[FILE_PATH_MAX];   // "" once they are
    struct process *pip;           // NULL: they were there
    sd_event_source *limit;
    sd_event_source *turn; // reports packages that were there
};

void python_packages_run_free(struct python_packages_run *run) {
    if (run == NULL) return;
    process_free(run->pip);
    (void)sd_event_source_disable_unref(run->limit);
    (void)sd_event_source_disable_unref(run->turn);
    if (run->partial[0] != '\0') {
        error_ignore(trash_put(run->order.machine->data_directory, run->partial, NULL));
        trash_empty(run->order.machine->trash);
    }
    memory_free(run);
}

struct cleaning {
    const char *data_directory;
    const char *packages;
};

static bool visit(void *userdata, const char *name, bool is_directory, struct error *err) {
    const struct cleaning *cleaning = userdata;
    char path[FILE_PATH_MAX];

    if (!is_directory || strstr(name, PARTIAL) == NULL) return true;
    if (file_join(path, sizeof path, err, cleaning->packages, name, NULL))
        error_ignore(trash_put(cleaning->data_directory, path, NULL));
    return true;
}

void python_packages_run_clean(const char *data_directory) {
    char packages[FILE_PATH_MAX];
    struct cleaning cleaning = {.data_directory = data_directory, .packages = packages};

    if (file_join(packages, sizeof packages, NULL, data_directory, WORKSPACE_PACKAGES, NULL) &&
        file_is_directory(packages))
        error_ignore(file_list(packages, visit, &cleaning, NULL));
}

// --- the end ---

static bool read_paths(const struct python_packages_run *run, struct buffer *out,
                       struct error *err) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(PATHS_MAX_BYTES);

    // Programs that pip runs can write in the directory.
    if (!file_read_tail_inside(run->directory, PATHS, PATHS_MAX_BYTES, &text, err)) return false;
    AUTO(memory_free) char *lines = buffer_take_text(&text);
    char *rest = lines;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n"))
        if (line[0] != '\0' && line[0] != '/' && strstr(line, "..") == NULL)
            (void)buffer_append_format(out, "%s/%s\n", run->directory, line);
    return true;
}

static void report_paths(struct python_packages_run *run) {
    AUTO(buffer_release) struct buffer paths = BUFFER_INIT(2 * PATHS_MAX_BYTES);
    struct error err;
    bool is_read = read_paths(run, &paths, &err);

    run->order.on_done(run->order.userdata, is_read ? buffer_text(&paths) : NULL,
                       is_read ? NULL : &err);
}

static void append_line(const char *line, char *out, size_t size_bytes) {
    size_t used = strlen(out);

    (void)text_format(out + used, size_bytes - used, "%s%s", used == 0 ? "" : " ", line);
}

void python_packages_run_reason(const char *output, char *out, size_t size_bytes) {
    AUTO(memory_free) char *copy = memory_format("%s", output);
    const char *last = "";
    char *rest = copy;

    out[0] = '\0';
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        text_make_printable(line);
        if (line[0] != '\0') last = line;
        if (text_starts_with(line, "ERROR: ")) append_line(line, out, size_bytes);
    }
    if (out[0] == '\0') (void)text_copy(out, size_bytes, last);
    // A fault of pip's own, with a traceback behind it.
    if (text_ends_with(out, "ERROR: Exception:")) append_line(last, out, size_bytes);
}

static void report_failure(struct python_packages_run *run) {
    AUTO(buffer_release) struct buffer tail = BUFFER_INIT(OUTPUT_TAIL_BYTES);
    char reason[400];
    struct error err;

    bool is_read =
        file_read_tail_inside(run->order.paths->cluster, OUTPUT, OUTPUT_TAIL_BYTES, &tail, NULL);
    python_packages_run_reason(is_read && tail.size_bytes > 0 ? buffer_text(&tail) : "", reason,
                               sizeof reason);
    (void)error_set(&err, ERROR_INVALID, "pip could not install requirements.txt: %s", reason);
    run->order.on_done(run->order.userdata, NULL, &err);
}

static void on_end(void *userdata, struct process_end end) {
    struct python_packages_run *run = userdata;

    if (end.was_signalled || end.number != 0) {
        report_failure(run);
        return;
    }
    // Another cluster may have installed the same meanwhile.
    if (rename(run->partial, run->directory) == 0) run->partial[0] = '\0';
    report_paths(run);
}

static int on_limit(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct python_packages_run *run = userdata;

    (void)source;
    (void)now_us;
    process_signal(run->pip, SIGKILL); // on_end() follows
    return 0;
}

static int on_turn(sd_event_source *source, void *userdata) {
    (void)source;
    report_paths(userdata);
    return 0;
}

// --- the start ---

// By what the result depends on.
static bool choose_directory(struct python_packages_run *run, struct error *err) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(REQUIREMENTS_MAX_BYTES);
    const struct installed_runtime *runtime = run->order.runtime;
    char key[DIGEST_SHA256_HEX_SIZE];

    if (!file_read(run->order.requirements, &text, err)) return false;
    bool has_files = !python_requirements_are_names(buffer_text(&text), text.size_bytes);
    if (!buffer_append_format(&text, "\n%s %s %s", runtime_environment_name(runtime->runtime),
                              runtime->flink_version, runtime->python.version))
        return error_set(err, ERROR_LIMIT, "requirements.txt is too large");
    // The content of files of the program is not in the text.
    if (has_files && !buffer_append_format(&text, " %s", run->order.code_sha256))
        return error_set(err, ERROR_LIMIT, "requirements.txt is too large");
    digest_sha256_hex(buffer_text(&text), text.size_bytes, key);
    key[32] = '\0';
    return file_join(run->directory, FILE_PATH_MAX, err, run->order.paths->packages, key, NULL);
}

static void put_environment(const struct python_packages_run *run, struct argument_list *out) {
    bool has_namespaces = sandbox_has_namespaces(run->order.machine->options.sandbox.level);

    argument_list_add_all(out, "PATH=/usr/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8", NULL);
    argument_list_add_format(out, "TMPDIR=%s", has_namespaces ? "/tmp" : run->partial);
    pip_environment_add(environ, out);
    argument_list_add_format(out, ORPHANS_VARIABLE "=%s", run->order.machine->mark);
    for (const char *const *line = run->order.machine->options.job_environment; *line != NULL;
         line++)
        if (!text_starts_with(*line, "AWS_")) argument_list_add(out, *line);
}

// What pip reads of kobel and of the system, before what the environment names.
enum { OWN_PATHS = 3 };
_Static_assert(OWN_PATHS + PIP_PATHS_MAX < SANDBOX_PATHS_MAX, "the list ends with NULL");

static void put_command(const struct python_packages_run *run, int filter_fd,
                        struct argument_list *out) {
    const struct machine *machine = run->order.machine;
    const struct installed_python *python = &run->order.runtime->python;
    char hosts[FILE_PATH_MAX + 8];
    char passwd[FILE_PATH_MAX + 8];
    struct pip_paths paths;
    struct sandbox_spec spec = {
        .read_only = {run->order.runtime->directory, run->order.paths->conf, "/etc/pip.conf"},
        .writable = {run->partial},
        .hosts_file = hosts,
        .passwd_file = passwd,
        .directory = run->order.program,
        .closed_ports = {machine->ports.first,
                         (uint16_t)(machine->ports.last - machine->ports.first + 1)},
        .api_port = machine->api_port,
        .s3_port = machine->s3_port,
        .data_bytes = DATA_BYTES,
        .processes = PROCESSES,
        .temporary_bytes = TEMPORARY_BYTES,
        .filter_fd = filter_fd,
    };

    (void)text_format(hosts, sizeof hosts, "%s/hosts", run->order.paths->conf);
    (void)text_format(passwd, sizeof passwd, "%s/passwd", run->order.paths->conf);
    pip_environment_paths(environ, &paths);
    for (size_t index = 0; index < paths.count; index++)
        spec.read_only[OWN_PATHS + index] = paths.list[index];
    sandbox_wrap(&machine->options.sandbox, &spec, out);
    argument_list_add_all(out, python->interpreter, "-s", NULL);
    argument_list_add_format(out, "%s/" INSTALLED_PYTHON_MODULE, python->directory);
    argument_list_add_all(out, "packages", run->order.requirements, NULL);
    argument_list_add_format(out, "%s/" INSTALLED_PYTHON_SITE, python->directory);
    argument_list_add(out, run->partial);
}

static bool start_pip(struct python_packages_run *run, struct error *err) {
    const struct machine *machine = run->order.machine;
    AUTO(argument_list_release) struct argument_list arguments = {0};
    AUTO(argument_list_release) struct argument_list environment = {0};
    AUTO(file_close) int filter_fd = -1;
    char random[17];

    random_id_hex(random, sizeof random - 1);
    (void)text_format(run->partial, sizeof run->partial, "%.3000s" PARTIAL "%s", run->directory,
                      random);
    if (!file_make_directories(run->partial, 0700, err) ||
        !sandbox_open_filter(&machine->options.sandbox, &filter_fd, err))
        return false;
    int kept_fds[] = {filter_fd, -1};
    put_command(run, filter_fd, &arguments);
    put_environment(run, &environment);
    struct process_spec spec = {.arguments = argument_list_items(&arguments),
                                .environment = argument_list_items(&environment),
                                .output_root = run->order.paths->cluster,
                                .output = OUTPUT,
                                .kept_fds = kept_fds,
                                .done = on_end,
                                .userdata = run};
    int code = sd_event_add_time_relative(machine->loop, &run->limit, CLOCK_MONOTONIC, LIMIT_US, 0,
                                          on_limit, run);
    if (code < 0) return error_system(err, -code, "limit the time of pip");
    return process_start(machine->loop, &spec, &run->pip, err);
}

bool python_packages_run_begin(const struct python_packages_order *order,
                               struct python_packages_run **out_run, struct error *err) {
    AUTO(python_packages_run_free) struct python_packages_run *run = memory_alloc(sizeof *run);
    char paths[FILE_PATH_MAX];

    run->order = *order;
    if (!choose_directory(run, err) ||
        !file_join(paths, sizeof paths, err, run->directory, PATHS, NULL))
        return false;
    if (file_exists(paths)) {
        int code = sd_event_add_defer(order->machine->loop, &run->turn, on_turn, run);
        if (code < 0) return error_system(err, -code, "use the packages of a program");
    } else if (!start_pip(run, err)) {
        return false;
    }
    *out_run = TAKE(run);
    return true;
}
