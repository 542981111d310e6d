#include "runtime/fence/sandbox_trial.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "runtime/host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const int64_t TRIAL_MAX_MS = 60000;

// Reads until all writers have closed the pipe; drops what does not fit. False: too late.
static bool read_stderr(int fd, char *out, size_t size_bytes) {
    int64_t end_us = clock_monotonic_us() + TRIAL_MAX_MS * 1000;
    size_t used = 0;
    char rest[256];

    for (;;) {
        int64_t left_ms = (end_us - clock_monotonic_us()) / 1000;
        struct pollfd one = {.fd = fd, .events = POLLIN};
        if (left_ms <= 0 || (poll(&one, 1, (int)left_ms) < 0 && errno != EINTR)) return false;
        if (one.revents == 0) continue;
        bool has_room = used + 1 < size_bytes;
        ssize_t got =
            has_room ? read(fd, out + used, size_bytes - 1 - used) : read(fd, rest, sizeof rest);
        if (got <= 0) return true;
        if (has_room) used += (size_t)got;
        out[used] = '\0';
    }
}

bool sandbox_trial(const char *const *arguments, const char *const *environment, int kept_fd,
                   const struct sandbox_meanwhile *meanwhile, struct error *err) {
    const int kept_fds[] = {kept_fd, -1};
    char output[300] = "";
    int ends[2];
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0) return error_system(err, errno, "try a sandbox");
    AUTO(file_close) int reads = ends[0];
    struct spawn_spec child = {.arguments = arguments,
                               .environment = environment,
                               .output_fd = -1,
                               .error_fd = ends[1],
                               .kept_fds = kept_fds};
    bool started = spawn_start(&child, &pid, err);
    file_close(ends[1]);
    if (!started) return false;
    if (meanwhile != NULL) meanwhile->run(meanwhile->userdata);
    if (!read_stderr(reads, output, sizeof output)) {
        (void)kill(pid, SIGKILL);
        (void)spawn_wait(pid);
        return error_set(err, ERROR_UNAVAILABLE, "the trial did not end within %lld s",
                         (long long)(TRIAL_MAX_MS / 1000));
    }
    int status = spawn_wait(pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    output[strcspn(output, "\n")] = '\0';
    if (output[0] != '\0') return error_set(err, ERROR_UNAVAILABLE, "%s", output);
    return WIFSIGNALED(status)
               ? error_set(err, ERROR_UNAVAILABLE, "signal %d", WTERMSIG(status))
               : error_set(err, ERROR_UNAVAILABLE, "exit status %d", WEXITSTATUS(status));
}
