#include "cli/client/interrupts.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int descriptor = -1;
static int count;
static bool has_hung_up;

void interrupts_begin(void) {
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    descriptor = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

void interrupts_hang_up(void) {
    count += has_hung_up ? 0 : 1;
    has_hung_up = true;
}

int interrupts_wait(int timeout_ms) {
    struct pollfd place = {.fd = descriptor, .events = POLLIN};
    struct signalfd_siginfo info;

    // Without a descriptor, which poll() ignores then, it is a pause.
    if (poll(&place, 1, timeout_ms) > 0)
        while (read(descriptor, &info, sizeof info) == (ssize_t)sizeof info) {
            // The kernel sends SIGHUP when the terminal is closed, and the shell does so again.
            if (info.ssi_signo == SIGHUP)
                interrupts_hang_up();
            else
                count++;
        }
    return count;
}
