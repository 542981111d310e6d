#include "runtime/host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

// Marks all descriptors close-on-exec. posix_spawn duplicates those of `kept_fds` onto themselves,
// which clears the mark in the child. Kernels before 5.11 refuse the call: there the descriptors
// that libraries opened without the mark are inherited.
static void keep_descriptors_private(void) {
    (void)close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

static void add_output(posix_spawn_file_actions_t *files, int fd, int number) {
    if (fd < 0)
        (void)posix_spawn_file_actions_addopen(files, number, "/dev/null", O_WRONLY, 0);
    else
        (void)posix_spawn_file_actions_adddup2(files, fd, number);
}

static void add_files(posix_spawn_file_actions_t *files, const struct spawn_spec *spec) {
    (void)posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    add_output(files, spec->output_fd, STDOUT_FILENO);
    add_output(files, spec->error_fd, STDERR_FILENO);
    for (const int *fd = spec->kept_fds; fd != NULL && *fd >= 0; fd++)
        (void)posix_spawn_file_actions_adddup2(files, *fd, *fd);
}

// The daemon blocks the signals that its loop reads; a child must not inherit that.
static void set_attributes(posix_spawnattr_t *attributes, const struct spawn_spec *spec) {
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    sigset_t none;
    sigset_t all;

    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    (void)posix_spawnattr_setsigmask(attributes, &none);
    (void)posix_spawnattr_setsigdefault(attributes, &all);
    if (spec->has_session) flags |= POSIX_SPAWN_SETSID;
    (void)posix_spawnattr_setflags(attributes, (short)flags);
}

bool spawn_start(const struct spawn_spec *spec, pid_t *out_pid, struct error *err) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    // posix_spawn() declares its vectors without const, but does not write to them.
    union {
        const char *const *in;
        char *const *out;
    } arguments = {.in = spec->arguments}, environment = {.in = spec->environment};

    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawnattr_init(&attributes);
    set_attributes(&attributes, spec);
    add_files(&files, spec);
    keep_descriptors_private();
    int code = posix_spawn(out_pid, spec->arguments[0], &files, &attributes, arguments.out,
                           spec->environment == NULL ? environ : environment.out);
    (void)posix_spawn_file_actions_destroy(&files);
    (void)posix_spawnattr_destroy(&attributes);
    return code == 0 || error_system(err, code, "start '%s'", spec->arguments[0]);
}

int spawn_wait(pid_t pid) {
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}
