// A spare's sandbox, which gets the directories of an application later: real bubblewrap.
#include "base/file.h"
#include "base/text.h"
#include "runtime/fence/sandbox.h"
#include "runtime/fence/sandbox_trial.h"
#include "runtime/host/spawn.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error err;
static char directory[] = "/tmp/kobel-test-XXXXXX";
static char apps[FILE_PATH_MAX];
static char snapshots[FILE_PATH_MAX];
static char ready[FILE_PATH_MAX];
static char go[FILE_PATH_MAX];

// A child of the program has ended, and nothing has waited for it: there is no way into its
// namespaces any more.
static const char program[] = "import os, sys\n"
                              "child = os.fork()\n"
                              "if child == 0:\n"
                              "    os._exit(0)\n"
                              "os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)\n"
                              "open(sys.argv[1], 'w').close()\n"
                              "open(sys.argv[2]).close()\n"
                              "assert os.listdir(sys.argv[3]) == ['one']\n";

static void set_up(void) {
    char snapshot[FILE_PATH_MAX];

    cr_assert(mkdtemp(directory) != NULL);
    cr_assert(file_join(apps, sizeof apps, &err, directory, "apps", NULL));
    cr_assert(file_join(snapshots, sizeof snapshots, &err, apps, "a/snapshots", NULL));
    cr_assert(file_join(snapshot, sizeof snapshot, &err, snapshots, "one", NULL));
    cr_assert(file_join(ready, sizeof ready, &err, directory, "ready", NULL));
    cr_assert(file_join(go, sizeof go, &err, directory, "go", NULL));
    cr_assert(file_make_directories(snapshots, 0700, &err), "%s", err.message);
    cr_assert(file_write_atomically(snapshot, "", 0, 0600, &err), "%s", err.message);
    cr_assert(mkfifo(ready, 0600) == 0 && mkfifo(go, 0600) == 0);
}

// Waits for the other end of a FIFO.
static void meet(const char *fifo, int flags) {
    int fd = open(fifo, flags | O_CLOEXEC);

    cr_assert(ge(int, fd, 0));
    file_close(fd);
}

Test(claimed_sandbox, gets_its_directories_while_processes_of_the_program_end) {
    // Inside, the search for leaks would not find its own process in /proc.
    static const char *const environment[] = {"PATH=/usr/bin:/bin", "ASAN_OPTIONS=detect_leaks=0",
                                              NULL};
    AUTO(argument_list_release) struct argument_list command = {0};
    AUTO(argument_list_release) struct argument_list show = {0};
    const char *shown[] = {snapshots, NULL};
    struct sandbox sandbox;
    pid_t pid;

    set_up();
    (void)setenv("KOBEL_LAUNCHER", LAUNCHER, 1);
    (void)setenv("KOBEL_PRELOAD", PRELOAD, 1);
    cr_assert(sandbox_choose("auto", NULL, &sandbox, NULL, &err), "%s", err.message);
    if (!sandbox_has_namespaces(sandbox.level)) cr_skip_test("this machine has no namespaces");
    struct sandbox_spec spec = {
        .writable = {ready, go, NULL}, .directory = "/", .shown_later = apps, .filter_fd = -1};
    sandbox_wrap(&sandbox, &spec, &command);
    argument_list_add_all(&command, "/usr/bin/python3", "-c", program, ready, go, snapshots, NULL);
    struct spawn_spec spawn = {.arguments = argument_list_items(&command),
                               .environment = environment,
                               .output_fd = -1,
                               .error_fd = STDERR_FILENO};
    cr_assert(spawn_start(&spawn, &pid, &err), "%s", err.message);
    meet(ready, O_RDONLY);
    sandbox_show(&sandbox, pid, apps, shown, &show);
    cr_assert(sandbox_trial(argument_list_items(&show), environment, -1, NULL, &err), "%s",
              err.message);
    meet(go, O_WRONLY);
    cr_assert(zero(int, spawn_wait(pid)));
    cr_assert(file_remove_tree(directory, &err), "%s", err.message);
}
