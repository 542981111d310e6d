#include "daemon/runtime_command.h"

#include "base/json.h"
#include "base/text.h"
#include "cli/client/terminal.h"
#include "runtime/install/catalog_install.h"
#include "runtime/installed/catalog.h"

#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct progress {
    bool is_terminal;
    char step[64];
    int percent;
};

// On a terminal, a bar that is redrawn in place; elsewhere, one line for each step.
static void on_progress(void *userdata, const char *step, double fraction) {
    struct progress *progress = userdata;
    int percent = fraction < 0 ? -1 : (int)(fraction * 100);
    bool is_same = text_equal(step, progress->step);

    if (is_same && (percent == progress->percent || !progress->is_terminal)) return;
    if (progress->is_terminal && progress->step[0] != '\0' && !is_same) (void)fputc('\n', stderr);
    (void)text_copy(progress->step, sizeof progress->step, step);
    progress->percent = percent;
    if (!progress->is_terminal || percent < 0)
        (void)fprintf(stderr, "%s%s%s", progress->is_terminal ? "\r" : "", step,
                      progress->is_terminal ? " ..." : "\n");
    else
        (void)fprintf(stderr, "\r%-10s [%-40.*s] %3d %%", step, percent * 40 / 100,
                      "########################################", percent);
}

static void on_added(void *userdata, const char *what, const char *source) {
    struct progress *progress = userdata;
    struct terminal out = terminal_of(STDERR_FILENO);

    if (progress->is_terminal && progress->step[0] != '\0') (void)fputc('\n', stderr);
    progress->step[0] = '\0';
    terminal_print(&out, COLOUR_PLAIN, "added %s from %s", what, source);
    (void)fputc('\n', stderr);
}

static int fail(const struct error *err) {
    terminal_print_error(err->message);
    return EXIT_FAILED;
}

static bool read_runtime(const char *name, enum runtime_environment *out_runtime) {
    char list[RUNTIME_ENVIRONMENT_LIST_SIZE];
    char message[RUNTIME_ENVIRONMENT_LIST_SIZE + 128];

    if (runtime_environment_from_name(name, out_runtime)) return true;
    runtime_environment_list(list);
    if (name == NULL)
        (void)text_format(message, sizeof message, "the runtime is missing: use %s", list);
    else
        (void)text_format(message, sizeof message, "'%.60s' is not a runtime: use %s", name, list);
    terminal_print_error(message);
    return false;
}

static int install(const struct options *options, const char *name) {
    struct progress progress = {.is_terminal = isatty(STDERR_FILENO) == 1};
    struct catalog_install_options install = {
        .runtimes_directory = options->runtimes,
        .from = options->from[0] == '\0' ? NULL : options->from,
        .progress = on_progress,
        .added = on_added,
        .userdata = &progress,
    };
    struct error err;

    if (!read_runtime(name, &install.runtime)) return EXIT_USAGE;
    bool installed = catalog_install(&install, &err);
    if (progress.is_terminal) (void)fputc('\n', stderr);
    return installed ? EXIT_DONE : fail(&err);
}

static int list(const struct options *options) {
    AUTO(json_decref) json_t *runtimes = NULL;
    struct terminal out = terminal_of(STDOUT_FILENO);
    struct error err;
    size_t index;
    json_t *runtime;

    if (!catalog_list(options->runtimes, &runtimes, &err)) return fail(&err);
    json_array_foreach(runtimes, index, runtime) {
        terminal_print(&out, COLOUR_PLAIN, "%-12s Flink %-8s %5lld MB  %s",
                       json_text_or(runtime, "runtimeEnvironment", ""),
                       json_text_or(runtime, "flinkVersion", ""),
                       (long long)(json_int_or(runtime, "sizeBytes", 0) >> 20),
                       json_text_or(runtime, "directory", ""));
        (void)fputc('\n', stdout);
    }
    if (json_array_size(runtimes) == 0)
        (void)fprintf(stderr, "no Flink runtime is installed: kobel runtime install FLINK-1_20\n");
    return EXIT_DONE;
}

static int remove_one(const struct options *options, const char *name) {
    AUTO(installed_runtime_release) struct installed_runtime installed = {0};
    struct terminal out = terminal_of(STDOUT_FILENO);
    enum runtime_environment runtime;
    struct error err;

    if (!read_runtime(name, &runtime)) return EXIT_USAGE;
    bool is_complete = catalog_find(options->runtimes, runtime, &installed, &err);
    if (!catalog_remove(options->runtimes, runtime, options->forces, &err)) return fail(&err);
    terminal_print(&out, COLOUR_PLAIN, "runtime %s (%s%s) is removed from %s",
                   runtime_environment_name(runtime), is_complete ? "Flink " : "incomplete",
                   is_complete ? installed.flink_version : "", options->runtimes);
    (void)fputc('\n', stdout);
    return EXIT_DONE;
}

int runtime_command_run(const struct options *options, const char *const *words) {
    size_t count = 0;

    while (words[count] != NULL)
        count++;
    if (text_equal(words[0], "install") && count <= 2) return install(options, words[1]);
    if (text_equal(words[0], "list") && count == 1) return list(options);
    if (text_equal(words[0], "remove") && count <= 2) return remove_one(options, words[1]);
    terminal_print_error("usage: kobel runtime install RUNTIME | list | remove RUNTIME");
    return EXIT_USAGE;
}
