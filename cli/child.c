#include "cli/child.h"

#include "cli/app_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_PAUSE_MS = 10 };

bool child_start(const char *const *arguments, const char *output_path, pid_t *out_pid,
                 struct error *err) {
    const char *output = output_path == NULL ? "/dev/null" : output_path;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t all;
    // posix_spawn takes its vector without const for the sake of old code.
    union {
        const char *const *in;
        char *const *out;
    } vector = {.in = arguments};

    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &all);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF);
    (void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&files, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0600);
    (void)posix_spawn_file_actions_adddup2(&files, 1, 2);
    int code = posix_spawn(out_pid, arguments[0], &files, &attributes, vector.out, environ);
    (void)posix_spawn_file_actions_destroy(&files);
    (void)posix_spawnattr_destroy(&attributes);
    return code == 0 || error_system(err, code, "start '%s'", arguments[0]);
}

bool child_has_ended(pid_t pid) {
    siginfo_t info = {0};

    // Left as it is, so that child_stop() may still ask.
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return true;
    return info.si_pid == pid;
}

void child_stop(pid_t pid, int timeout_ms) {
    (void)kill(pid, SIGTERM);
    for (int waited_ms = 0; waited_ms < timeout_ms && !child_has_ended(pid);
         waited_ms += LOOK_PAUSE_MS)
        app_pause(LOOK_PAUSE_MS);
    if (!child_has_ended(pid)) (void)kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}
