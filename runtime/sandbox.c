#include "runtime/sandbox.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "runtime/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char BWRAP[] = "/usr/bin/bwrap";
// Interfaces of Landlock: the first can close files, the fourth TCP ports.
enum { LANDLOCK_FILES = 1, LANDLOCK_PORTS = 4 };

static const char *const level_names[SANDBOX_LEVEL_COUNT] = {
    [SANDBOX_FULL] = "full",
    [SANDBOX_SCOPED] = "scoped",
    [SANDBOX_NONE] = "none",
};

const char *sandbox_level_name(enum sandbox_level level) {
    return level_names[level];
}

// --- what is there ---

static int landlock_interface(void) {
    static const unsigned ASKS_VERSION = 1;

    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, ASKS_VERSION);
}

static bool find_launcher(char out[static FILE_PATH_MAX], struct error *err) {
    const char *named = getenv("KOBEL_LAUNCHER");
    char program[FILE_PATH_MAX];

    if (!text_is_empty(named)) {
        if (!text_copy(out, FILE_PATH_MAX, named))
            return error_set(err, ERROR_INVALID, "KOBEL_LAUNCHER is too long");
    } else {
        ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
        if (length < 0) return error_system(err, errno, "find out where kobel is installed");
        program[length] = '\0';
        *strrchr(program, '/') = '\0';
        if (!file_join(out, FILE_PATH_MAX, err, program, "kobel-launch", NULL)) return false;
    }
    return access(out, X_OK) == 0 ||
           error_set(err, ERROR_UNAVAILABLE, "'%s' cannot be run: it belongs beside kobel", out);
}

// --- trying ---

static bool try(const struct sandbox *sandbox, struct error *err) {
    static const char *const environment[] = {NULL};
    AUTO(argument_list_release) struct argument_list arguments = {0};
    AUTO(file_close) int fd = -1;

    if (!sandbox_open_filter(&fd, err)) return false;
    int kept[] = {fd, -1};
    struct sandbox_spec nothing = {.filter_fd = fd};
    sandbox_wrap(sandbox, &nothing, &arguments);
    argument_list_add(&arguments, "/usr/bin/true");
    struct process_spec spec = {
        .arguments = argument_list_items(&arguments), .environment = environment, .kept_fds = kept};
    return process_run_and_wait(&spec, err);
}

static bool try_full(struct sandbox *sandbox, struct error *err) {
    sandbox->level = SANDBOX_FULL;
    if (!file_exists(BWRAP))
        return error_set(err, ERROR_UNAVAILABLE,
                         "sandbox 'full' needs bubblewrap: install the Debian package bubblewrap");
    if (try(sandbox, err)) return true;
    return error_set(err, ERROR_UNAVAILABLE,
                     "sandbox 'full' does not work here: bubblewrap cannot make its namespaces "
                     "(are user namespaces allowed?)");
}

static bool try_scoped(struct sandbox *sandbox, struct error *err) {
    sandbox->level = SANDBOX_SCOPED;
    if (landlock_interface() < LANDLOCK_FILES)
        return error_set(
            err, ERROR_UNAVAILABLE,
            "sandbox 'scoped' needs a kernel with Landlock (Linux 5.13, lsm=landlock)");
    return try(sandbox, err) || error_prefix(err, "sandbox 'scoped' does not work here");
}

static bool try_best(struct sandbox *sandbox, struct error *err) {
    struct error scoped;

    if (try_full(sandbox, err) || try_scoped(sandbox, &scoped)) return true;
    return error_prefix(err,
                        "no sandbox works (%.200s); --sandbox none runs applications without one",
                        scoped.message);
}

bool sandbox_choose(const char *wanted, struct sandbox *out_sandbox, struct error *err) {
    struct sandbox sandbox = {.level = SANDBOX_NONE};
    bool works = false;

    if (!find_launcher(sandbox.launcher, err)) return false;
    sandbox.closes_ports = !text_equal(wanted, "none") && landlock_interface() >= LANDLOCK_PORTS;
    if (text_equal(wanted, "none"))
        works = true;
    else if (text_equal(wanted, "scoped"))
        works = try_scoped(&sandbox, err);
    else if (text_equal(wanted, "full"))
        works = try_full(&sandbox, err);
    else if (text_equal(wanted, "auto"))
        works = try_best(&sandbox, err);
    else
        (void)error_set(err, ERROR_INVALID,
                        "unknown sandbox level '%s': auto, full, scoped or none", wanted);
    if (works) *out_sandbox = sandbox;
    return works;
}
