// Programs that kobel starts, and their ends.
#include "runtime/process.h"

#include "base/file.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const int PATIENCE_MS = 60000;

static sd_event *loop;
static char directory[] = "/tmp/kobel-process-XXXXXX";

static void set_up(void) {
    cr_assert(mkdtemp(directory) != NULL);
    cr_assert(sd_event_new(&loop) >= 0);
}

static void tear_down(void) {
    struct error err;

    (void)sd_event_unref(loop);
    cr_assert(file_remove_tree(directory, &err), "%s", err.message);
}

// The number that the innermost program has written once it runs.
static pid_t read_pid(void) {
    char path[FILE_PATH_MAX];
    struct error err;

    (void)text_format(path, sizeof path, "%s/pid", directory);
    for (;;) {
        AUTO(buffer_release) struct buffer text = BUFFER_INIT(64);
        if (file_read(path, &text, &err) && strchr(buffer_text(&text), '\n') != NULL)
            return (pid_t)strtoll(buffer_text(&text), NULL, 10);
        (void)poll(NULL, 0, 1);
    }
}

// As a JVM is below bubblewrap, in a session of its own.
static struct process *start_supervised(void) {
    char script[256];
    struct process *process = NULL;
    struct error err;

    (void)text_format(script, sizeof script,
                      "setsid sh -c 'echo $$ >%s/pid; while :; do sleep 1000; done'; exit 1",
                      directory);
    const char *const arguments[] = {"/bin/sh", "-c", script, NULL};
    const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    const struct process_spec spec = {.arguments = arguments, .environment = environment};
    cr_assert(process_start(loop, &spec, &process, &err), "%s", err.message);
    return process;
}

// The loop does not run meanwhile: nothing else takes part in it.
Test(process, a_kill_reaches_what_is_below_a_supervisor, .init = set_up, .fini = tear_down) {
    AUTO(process_free) struct process *process = start_supervised();
    pid_t pid = read_pid();
    struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};

    cr_assert(end.fd >= 0);
    process_signal(process, SIGKILL);
    cr_assert(eq(int, poll(&end, 1, PATIENCE_MS), 1), "process %d is still there", (int)pid);
    (void)close(end.fd);
}
