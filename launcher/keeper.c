#include "launcher/keeper.h"

#include "base/buffer.h"
#include "base/file.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char CHILDREN[] = "/proc/thread-self/children";
static const size_t CHILDREN_MAX_BYTES = (size_t)1 << 20;
// The keeper ignores SIGTERM and the like, which are for the command.
enum { PARENT_HAS_ENDED = SIGUSR1, SIGNALLED = 128 };

static int exit_status(int status) {
    return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
}

// Waits until the command or the parent has ended. Other children are reaped, because zombies count
// against a limit of processes.
static int wait_for_end(pid_t parent, pid_t command) {
    sigset_t heard;
    int status = 0;

    (void)sigemptyset(&heard);
    (void)sigaddset(&heard, SIGCHLD);
    (void)sigaddset(&heard, PARENT_HAS_ENDED);
    for (;;) {
        // Another process may send this signal, so the parent is checked.
        if (sigwaitinfo(&heard, NULL) == PARENT_HAS_ENDED && getppid() != parent)
            return SIGNALLED + SIGKILL;
        for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0;
             pid = waitpid(-1, &status, WNOHANG))
            if (pid == command) return exit_status(status);
    }
}

// False: there are none, or they cannot be listed.
static bool kill_children(void) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(CHILDREN_MAX_BYTES);
    bool any = false;
    char *end;

    if (!file_read(CHILDREN, &text, NULL)) return false;
    for (const char *at = buffer_text(&text);; at = end) {
        long long child = strtoll(at, &end, 10);
        if (end == at || child <= 0) return any;
        (void)kill((pid_t)child, SIGKILL);
        any = true;
    }
}

// The children of a killed process become the keeper's, so this repeats.
static void end_what_is_left(void) {
    while (kill_children())
        if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD) return;
}

static bool follow(pid_t parent, struct error *err) {
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return error_system(err, errno, "become the parent of the command's processes");
    if (parent == 0) return true;
    if (prctl(PR_SET_PDEATHSIG, PARENT_HAS_ENDED) < 0)
        return error_system(err, errno, "be notified of the parent's end");
    // The parent may have ended before the call.
    return getppid() == parent || error_set(err, ERROR_UNAVAILABLE, "the parent has ended");
}

bool keeper_begin(struct orders *orders, struct error *err) {
    pid_t parent = orders->parent;
    sigset_t all;
    sigset_t before;

    orders->parent = getpid();
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    if (!follow(parent, err)) return false;
    pid_t command = fork();
    if (command < 0) return error_system(err, errno, "start a process for the command");
    if (command == 0) return sigprocmask(SIG_SETMASK, &before, NULL) == 0;
    if (orders->filter_fd >= 0) file_close(orders->filter_fd);
    int status = wait_for_end(parent, command);
    end_what_is_left();
    _exit(status);
}
