// Programs that kobel starts, and how they end.
#include "runtime/host/process.h"

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

// The number that the innermost program writes when it runs.
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

static void put(const char *name) {
    char path[FILE_PATH_MAX];
    struct error err;

    (void)text_format(path, sizeof path, "%s/%s", directory, name);
    cr_assert(file_write_atomically(path, "", 0, 0600, &err), "%s", err.message);
}

static bool has_ended;
static struct process_end ended;

static void on_end(void *userdata, struct process_end end) {
    (void)userdata;
    has_ended = true;
    ended = end;
}

static struct process *start(const char *const *arguments) {
    const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    const struct process_spec spec = {
        .arguments = arguments, .environment = environment, .done = on_end};
    struct process *process = NULL;
    struct error err;

    cr_assert(process_start(loop, &spec, &process, &err), "%s", err.message);
    return process;
}

// In a script $0 is the directory.
static struct process *start_script(const char *script) {
    const char *const arguments[] = {"/bin/sh", "-c", script, directory, NULL};

    return start(arguments);
}

static struct process *start_kept(const char *script) {
    const char *const arguments[] = {LAUNCHER, "--keep", "--",      "/bin/sh",
                                     "-c",     script,   directory, NULL};

    return start(arguments);
}

static struct pollfd watch(pid_t pid) {
    struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};

    cr_assert(end.fd >= 0);
    return end;
}

static void wait_for_end(struct pollfd end) {
    cr_assert(eq(int, poll(&end, 1, PATIENCE_MS), 1), "it is still there");
    (void)close(end.fd);
}

// The loop does not run meanwhile.
static void kill_and_wait(struct process *process) {
    struct pollfd end = watch(read_pid());

    process_signal(process, SIGKILL);
    wait_for_end(end);
    process_free(process);
}

// As a JVM is below bubblewrap, in a session of its own.
#define PROGRAM "setsid sh -c 'echo $$ >$0/pid; while :; do sleep 1000; done' $0"

TestSuite(process, .init = set_up, .fini = tear_down);

Test(process, a_kill_reaches_programs_below_a_supervisor) {
    kill_and_wait(start_script(PROGRAM "; exit 1"));
}

// A JVM starts programs from the threads of its tasks.
Test(process, a_kill_reaches_programs_that_a_thread_has_started) {
    kill_and_wait(start_script("exec python3 -c '\n"
                               "import subprocess, sys, threading, time\n"
                               "program = \"echo $$ >$0/pid; sleep 1000; exit\"\n"
                               "words = [\"setsid\", \"sh\", \"-c\", program, sys.argv[1]]\n"
                               "threading.Thread(target=subprocess.run, args=(words,)).start()\n"
                               "time.sleep(1000)' $0"));
}

// --- below a keeper ---

Test(process, a_kill_reaches_programs_that_have_lost_their_parent) {
    kill_and_wait(start_kept("(" PROGRAM " &); sleep 1000"));
}

Test(process, programs_that_a_command_leaves_end_with_it) {
    // It ends when it is notified that its program is watched.
    AUTO(process_free)
    struct process *process =
        start_kept("(" PROGRAM " &); until test -e $0/watched; do sleep 0.01; done; exit 3");
    struct pollfd end = watch(read_pid());

    put("watched");
    while (!has_ended)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
    cr_assert(not(ended.was_signalled));
    cr_assert(eq(int, ended.number, 3));
    wait_for_end(end);
}

Test(process, programs_that_a_command_leaves_end_with_the_parent) {
    static const char SCRIPT[] = LAUNCHER
        " --parent $$ --keep -- /bin/sh -c \"("
        "setsid sh -c 'echo \\$\\$ >\\$0/pid; sleep 1000; exit' \\$0 &); sleep 1000\" $0; exit 1";
    AUTO(process_free) struct process *process = start_script(SCRIPT);
    struct pollfd end = watch(read_pid());

    cr_assert(kill(process_pid(process), SIGKILL) == 0);
    wait_for_end(end);
}

// Otherwise a program that starts one after the other would reach the limit of processes.
Test(process, programs_that_have_lost_their_parent_are_reaped) {
    AUTO(process_free)
    struct process *process = start_kept("(sh -c 'echo $$ >$0/pid' $0 &); sleep 1000");
    pid_t pid = read_pid();
    int left_ms = PATIENCE_MS;

    while (kill(pid, 0) == 0 && left_ms-- > 0)
        (void)poll(NULL, 0, 1);
    cr_assert(gt(int, left_ms, 0));
}
