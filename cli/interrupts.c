#include "cli/interrupts.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int descriptor = -1;
static int count;

void interrupts_begin(void) {
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    descriptor = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int interrupts_wait(int timeout_ms) {
    struct pollfd place = {.fd = descriptor, .events = POLLIN};
    struct signalfd_siginfo info;

    // Without a descriptor, which poll() ignores then, it is a pause.
    if (poll(&place, 1, timeout_ms) > 0)
        while (read(descriptor, &info, sizeof info) == (ssize_t)sizeof info)
            count++;
    return count;
}
