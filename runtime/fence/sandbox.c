#include "runtime/fence/sandbox.h"

#include "base/cleanup.h"
#include "base/landlock_interface.h"
#include "base/memory.h"
#include "base/names.h"
#include "base/text.h"
#include "runtime/fence/sandbox_trial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char BWRAP[] = "/usr/bin/bwrap";
// Versions of Landlock's interface: 1 can close files, 4 can close TCP ports.
enum { LANDLOCK_FILES = 1, LANDLOCK_PORTS = 4 };

static const char *const level_names[SANDBOX_LEVEL_COUNT] = {
    [SANDBOX_FULL] = "full",
    [SANDBOX_CONTAINED] = "contained",
    [SANDBOX_SCOPED] = "scoped",
    [SANDBOX_NONE] = "none",
};

DEFINE_NAMES(sandbox_level, enum sandbox_level, level_names);

bool sandbox_has_namespaces(enum sandbox_level level) {
    return level == SANDBOX_FULL || level == SANDBOX_CONTAINED;
}

bool sandbox_closes_ports(const struct sandbox *sandbox) {
    return sandbox->level != SANDBOX_NONE && sandbox->landlock >= LANDLOCK_PORTS;
}

// --- the launcher and the library ---

static bool find_beside(const char *variable, const char *name, char out[static FILE_PATH_MAX],
                        struct error *err) {
    const char *named = getenv(variable);
    char program[FILE_PATH_MAX];

    if (!text_is_empty(named)) {
        if (!text_copy(out, FILE_PATH_MAX, named))
            return error_set(err, ERROR_INVALID, "%s is too long", variable);
    } else {
        ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
        if (length < 0) return error_system(err, errno, "find the directory of kobel");
        program[length] = '\0';
        *strrchr(program, '/') = '\0';
        if (!file_join(out, FILE_PATH_MAX, err, program, name, NULL)) return false;
    }
    return access(out, R_OK) == 0 ||
           error_set(err, ERROR_UNAVAILABLE, "'%s' cannot be read: install it beside kobel", out);
}

static bool find_parts(struct sandbox *sandbox, struct error *err) {
    if (!find_beside("KOBEL_LAUNCHER", "kobel-launch", sandbox->launcher, err) ||
        !find_beside("KOBEL_PRELOAD", "libkobel-properties.so", sandbox->preload, err))
        return false;
    return access(sandbox->launcher, X_OK) == 0 ||
           error_set(err, ERROR_UNAVAILABLE, "'%s' cannot be run", sandbox->launcher);
}

// --- trials ---

// The library itself is used as the properties file: only whether it is found matters.
static bool try(const struct sandbox *sandbox, const struct sandbox_meanwhile *meanwhile,
                struct error *err) {
    AUTO(argument_list_release) struct argument_list arguments = {0};
    AUTO(file_close) int fd = -1;
    AUTO(memory_free)
    char *properties = memory_format("KOBEL_APPLICATION_PROPERTIES=%s", sandbox->preload);
    const char *environment[] = {properties, NULL};

    if (!sandbox_open_filter(sandbox, &fd, err)) return false;
    struct sandbox_spec nothing = {.filter_fd = fd, .temporary_bytes = 1 << 20};
    sandbox_wrap(sandbox, &nothing, &arguments);
    if (sandbox_has_namespaces(sandbox->level))
        argument_list_add(&arguments, "/usr/bin/true");
    else
        argument_list_add_all(&arguments, "/usr/bin/test", "-f", SANDBOX_PROPERTIES, NULL);
    return sandbox_trial(argument_list_items(&arguments), environment, fd, meanwhile, err);
}

// bubblewrap can close user namespaces since 0.8, and in some containers it cannot; the filter
// refuses new ones anyway. It knows --size since 0.7.
static bool try_with_namespaces(struct sandbox *sandbox, const struct sandbox_meanwhile *meanwhile,
                                struct error *err) {
    if (!file_exists(BWRAP))
        return error_set(err, ERROR_UNAVAILABLE,
                         "bubblewrap is missing: install the Debian package bubblewrap");
    sandbox->closes_user_namespaces = true;
    sandbox->limits_temporary_files = true;
    if (try(sandbox, meanwhile, NULL)) return true;
    sandbox->closes_user_namespaces = false;
    if (try(sandbox, meanwhile, NULL)) return true;
    sandbox->limits_temporary_files = false;
    return try(sandbox, meanwhile, err);
}

static bool try_level(struct sandbox *sandbox, const struct sandbox_meanwhile *meanwhile,
                      struct error *err) {
    bool works;

    if (sandbox->level != SANDBOX_NONE &&
        !sandbox_filter_build(sandbox_has_namespaces(sandbox->level), &sandbox->filter, err))
        return false;
    if (sandbox->level == SANDBOX_SCOPED && sandbox->landlock < LANDLOCK_FILES)
        works = error_set(err, ERROR_UNAVAILABLE,
                          "the kernel has no Landlock (Linux 5.13, lsm=landlock)");
    else if (sandbox_has_namespaces(sandbox->level))
        works = try_with_namespaces(sandbox, meanwhile, err);
    else
        works = try(sandbox, meanwhile, err);
    return works ||
           error_prefix(err, "sandbox '%s' does not work here", sandbox_level_name(sandbox->level));
}

static bool try_best(struct sandbox *sandbox, const struct sandbox_meanwhile *meanwhile,
                     struct sandbox_refusals *refusals, struct error *err) {
    struct error reason;

    for (enum sandbox_level level = SANDBOX_FULL; level < SANDBOX_NONE; level++) {
        sandbox->level = level;
        if (try_level(sandbox, meanwhile, &reason)) return true;
        (void)text_copy(refusals->why[level], sizeof refusals->why[level], reason.message);
    }
    return error_set(err, ERROR_UNAVAILABLE,
                     "no sandbox works (%s; %s; %s); --sandbox none runs applications without one",
                     refusals->why[SANDBOX_FULL], refusals->why[SANDBOX_CONTAINED],
                     refusals->why[SANDBOX_SCOPED]);
}

static bool find_level(const char *name, enum sandbox_level *out_level, struct error *err) {
    return sandbox_level_from_name(name, out_level) ||
           error_set(err, ERROR_INVALID,
                     "unknown sandbox level '%s': auto, full, contained, scoped or none", name);
}

bool sandbox_choose(const char *wanted, const struct sandbox_meanwhile *meanwhile,
                    struct sandbox *out_sandbox, struct sandbox_refusals *out_refusals,
                    struct error *err) {
    struct sandbox sandbox = {.landlock = landlock_interface()};
    struct sandbox_refusals refusals = {0};
    bool is_auto = text_equal(wanted, "auto");
    bool works = false;

    if (is_auto || find_level(wanted, &sandbox.level, err))
        works =
            find_parts(&sandbox, err) && (is_auto ? try_best(&sandbox, meanwhile, &refusals, err)
                                                  : try_level(&sandbox, meanwhile, err));
    if (out_refusals != NULL) *out_refusals = refusals;
    if (works) *out_sandbox = sandbox;
    return works;
}

// --- the filter ---

bool sandbox_open_filter(const struct sandbox *sandbox, int *out_fd, struct error *err) {
    const struct sandbox_filter *filter = &sandbox->filter;
    AUTO(file_close) int fd = -1;

    if (sandbox->level != SANDBOX_NONE) {
        fd = memfd_create("kobel-seccomp", MFD_CLOEXEC);
        if (fd < 0 ||
            write(fd, filter->program, filter->size_bytes) != (ssize_t)filter->size_bytes ||
            lseek(fd, 0, SEEK_SET) != 0)
            return error_system(err, errno, "allocate memory for the seccomp filter");
    }
    *out_fd = file_take(&fd);
    return true;
}
