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
// Those that ask the group to end (SIGTERM) are for the command.
enum { PARENT_HAS_ENDED = SIGUSR1, SIGNALLED = 128 };

static int exit_status(int status) {
    return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
}

// Until the command has ended, or the parent has. What else has ended is taken, so that no more of
// it is left than of any daemon: a limit of processes counts that, too.
static int wait_for_end(pid_t parent, pid_t command) {
    sigset_t heard;
    int status = 0;

    (void)sigemptyset(&heard);
    (void)sigaddset(&heard, SIGCHLD);
    (void)sigaddset(&heard, PARENT_HAS_ENDED);
    for (;;) {
        // Anybody may send it.
        if (sigwaitinfo(&heard, NULL) == PARENT_HAS_ENDED && getppid() != parent)
            return SIGNALLED + SIGKILL;
        for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0;
             pid = waitpid(-1, &status, WNOHANG))
            if (pid == command) return exit_status(status);
    }
}

// False: there are none, or they cannot be told.
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

// The children of one that has ended are the keeper's next.
static void end_what_is_left(void) {
    while (kill_children())
        if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD) return;
}

static bool follow(pid_t parent, struct error *err) {
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return error_system(err, errno, "keep a command");
    if (parent == 0) return true;
    if (prctl(PR_SET_PDEATHSIG, PARENT_HAS_ENDED) < 0)
        return error_system(err, errno, "follow the parent");
    // It may have died before it could be followed.
    return getppid() == parent || error_set(err, ERROR_UNAVAILABLE, "the parent is gone");
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
    if (command < 0) return error_system(err, errno, "keep a command");
    if (command == 0) return sigprocmask(SIG_SETMASK, &before, NULL) == 0;
    if (orders->filter_fd >= 0) file_close(orders->filter_fd);
    int status = wait_for_end(parent, command);
    end_what_is_left();
    _exit(status);
}
