#include "cli/run/child.h"

#include "base/file.h"
#include "cli/client/app_calls.h"
#include "runtime/host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

enum { POLL_MS = 10 };

bool child_start(const char *const *arguments, const char *output_path, pid_t *out_pid,
                 struct error *err) {
    struct spawn_spec child = {
        .arguments = arguments, .output_fd = -1, .error_fd = -1, .has_session = true};
    AUTO(file_close) int output = -1;

    if (output_path != NULL) {
        output = open(output_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (output < 0) return error_system(err, errno, "open '%s'", output_path);
        child.output_fd = child.error_fd = output;
    }
    return spawn_start(&child, out_pid, err);
}

bool child_has_ended(pid_t pid) {
    siginfo_t info = {0};

    // WNOWAIT leaves the status for child_stop().
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return true;
    return info.si_pid == pid;
}

void child_stop(pid_t pid, int timeout_ms) {
    (void)kill(pid, SIGTERM);
    for (int waited_ms = 0; waited_ms < timeout_ms && !child_has_ended(pid); waited_ms += POLL_MS)
        app_pause(POLL_MS);
    if (!child_has_ended(pid)) (void)kill(pid, SIGKILL);
    (void)spawn_wait(pid);
}
