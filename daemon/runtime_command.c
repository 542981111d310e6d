#include "daemon/runtime_command.h"

#include "base/json.h"
#include "base/text.h"
#include "cli/client/terminal.h"
#include "runtime/install/catalog_install.h"
#include "runtime/installed/catalog.h"
#include "runtime/installed/installed_python.h"

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

static int fail_usage(const char *message) {
    terminal_print_error(message);
    return EXIT_USAGE;
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

// --- install ---

struct runtime_list {
    enum runtime_environment items[RUNTIME_COUNT];
    size_t count;
};

static bool has(const struct runtime_list *list, enum runtime_environment runtime) {
    for (size_t index = 0; index < list->count; index++)
        if (list->items[index] == runtime) return true;
    return false;
}

static void list_all(struct runtime_list *out) {
    for (int runtime = 0; runtime < RUNTIME_COUNT; runtime++)
        if (runtime_environment_can_run((enum runtime_environment)runtime))
            out->items[out->count++] = (enum runtime_environment)runtime;
}

static bool read_list(const char *const *names, struct runtime_list *out) {
    do {
        enum runtime_environment runtime;
        if (!read_runtime(*names, &runtime)) return false;
        if (!has(out, runtime)) out->items[out->count++] = runtime;
    } while (*++names != NULL);
    return true;
}

// What has to be downloaded for one, in millions of bytes.
static long long print_need(const struct options *options, enum runtime_environment runtime) {
    struct catalog_presence presence = catalog_install_find(options->runtimes, runtime);
    long long all_mb = runtime_environment_download_mb(runtime);
    long long part_mb = (long long)(presence.part_bytes / 1000000);
    struct terminal out = terminal_of(STDERR_FILENO);
    char part[64] = "";
    const char *python =
        options->with_python && !presence.has_python ? ", and about 400 MB for Python" : "";
    const char *state = NULL;

    if (!runtime_environment_can_run(runtime) ||
        (options->with_python && !installed_python_may_run(runtime, NULL)))
        return 0; // install_one() says why
    if (presence.is_installed) state = "is installed already";
    if (state == NULL && options->from[0] != '\0') state = options->from;
    if (state == NULL && presence.is_downloaded) state = "is downloaded already";
    if (part_mb > 0) (void)text_format(part, sizeof part, ", %lld MB of it are there", part_mb);
    if (state != NULL)
        terminal_print(&out, COLOUR_PLAIN, "%-12s %s%s", runtime_environment_name(runtime), state,
                       python);
    else
        terminal_print(&out, COLOUR_PLAIN, "%-12s about %lld MB to download%s%s",
                       runtime_environment_name(runtime), all_mb, part, python);
    (void)fputc('\n', stderr);
    return state == NULL && all_mb > part_mb ? all_mb - part_mb : 0;
}

static void print_needs(const struct options *options, const struct runtime_list *list) {
    long long sum_mb = 0;

    for (size_t index = 0; index < list->count; index++)
        sum_mb += print_need(options, list->items[index]);
    if (list->count > 1 && sum_mb > 0)
        (void)fprintf(stderr, "in all       about %lld MB to download\n", sum_mb);
}

static int install_one(const struct options *options, enum runtime_environment runtime,
                       bool is_alone) {
    struct progress progress = {.is_terminal = isatty(STDERR_FILENO) == 1};
    struct catalog_install_options install = {
        .runtimes_directory = options->runtimes,
        .runtime = runtime,
        .from = options->from[0] == '\0' ? NULL : options->from,
        .with_python = options->with_python,
        .progress = on_progress,
        .added = on_added,
        .userdata = &progress,
    };
    struct error err;

    if (!is_alone) (void)fprintf(stderr, "%s:\n", runtime_environment_name(runtime));
    bool installed = catalog_install(&install, &err);
    if (progress.is_terminal) (void)fputc('\n', stderr);
    return installed ? EXIT_DONE : fail(&err);
}

// One that fails does not keep the others from being installed.
static int install(const struct options *options, const char *const *names) {
    struct runtime_list list = {0};
    int status = EXIT_DONE;

    if (options->installs_all && names[0] == NULL)
        list_all(&list);
    else if (options->installs_all)
        return fail_usage("--all is all runtimes: name none beside it");
    else if (!read_list(names, &list))
        return EXIT_USAGE;
    if (list.count > 1 && options->from[0] != '\0')
        return fail_usage("--from is the distribution of one runtime: name only that");
    print_needs(options, &list);
    for (size_t index = 0; index < list.count; index++)
        if (install_one(options, list.items[index], list.count == 1) != EXIT_DONE)
            status = EXIT_FAILED;
    return status;
}

static int list(const struct options *options) {
    AUTO(json_decref) json_t *runtimes = NULL;
    struct terminal out = terminal_of(STDOUT_FILENO);
    struct error err;
    size_t index;
    json_t *runtime;

    if (!catalog_list(options->runtimes, &runtimes, &err)) return fail(&err);
    json_array_foreach(runtimes, index, runtime) {
        const char *version = json_text_or(runtime, "python", "");
        char python[32] = "";
        if (version[0] != '\0') (void)text_format(python, sizeof python, "Python %.20s", version);
        terminal_print(&out, COLOUR_PLAIN, "%-12s Flink %-8s %-13s %5lld MB%s  %s",
                       json_text_or(runtime, "runtimeEnvironment", ""),
                       json_text_or(runtime, "flinkVersion", ""), python,
                       (long long)(json_int_or(runtime, "sizeBytes", 0) >> 20),
                       json_bool_or(runtime, "isOutdated", false)
                           ? " (of an earlier kobel: install it again)"
                           : "",
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
    if (text_equal(words[0], "install")) return install(options, words + 1);
    if (text_equal(words[0], "list") && count == 1) return list(options);
    if (text_equal(words[0], "remove") && count <= 2) return remove_one(options, words[1]);
    terminal_print_error(
        "usage: kobel runtime install RUNTIME... | install --all | list | remove RUNTIME");
    return EXIT_USAGE;
}
