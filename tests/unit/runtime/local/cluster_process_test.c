// The end of a cluster's processes, without Flink: each is a program that waits.
#include "runtime/local/cluster_process.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "runtime/local/workspace.h"
#include "unit/refused_calls.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

static char directory[] = "/tmp/kobel-processes-XXXXXX";
static sd_event *loop;
static struct port_pool ports;
static struct workspace_paths paths;
static struct sandbox sandbox = {.level = SANDBOX_NONE, .landlock = 0};
static const struct launch_spec spec = {.size = {.taskmanagers = 1, .taskmanager = {.slots = 1}}};
static const struct installed_runtime runtime;
static const struct java java;

static void set_up(void) {
    static const char PROGRAM[] = "#!/bin/sh\nexec sleep 1000\n";
    struct error err;

    cr_assert(mkdtemp(directory) != NULL);
    cr_assert(sd_event_new(&loop) >= 0);
    port_pool_init(&ports, PORT_POOL_FIRST, PORT_POOL_LAST);
    cr_assert(workspace_paths_in(directory, &paths, &err) && workspace_make(&paths, &err), "%s",
              err.message);
    (void)text_format(sandbox.launcher, sizeof sandbox.launcher, "%s/launcher", directory);
    cr_assert(file_write_atomically(sandbox.launcher, PROGRAM, strlen(PROGRAM), 0755, &err), "%s",
              err.message);
}

static void tear_down(void) {
    struct error err;

    port_pool_release(&ports);
    loop = sd_event_unref(loop);
    cr_assert(file_remove_tree(directory, &err), "%s", err.message);
}

TestSuite(cluster_processes, .init = set_up, .fini = tear_down);

static void on_lost(void *userdata, const char *reason) {
    (void)userdata;
    cr_assert(false, "an end that was wanted is reported: %s", reason);
}

static struct cluster_processes *start(void) {
    const struct cluster_processes_options options = {
        .spec = &spec,
        .paths = &paths,
        .runtime = &runtime,
        .java = &java,
        .sandbox = &sandbox,
        .mark = "",
        .ports = &ports,
        .silence_limit_ms = 1000,
        .on_lost = on_lost,
    };
    struct cluster_processes *processes = NULL;
    struct error err;

    cr_assert(cluster_processes_start(loop, &options, &processes, &err), "%s", err.message);
    return processes;
}

static void refuse_to_wait_for_the_disk(void) {
    refuse_call(SYS_fsync, SECCOMP_RET_ERRNO | EIO);
    refuse_call(SYS_fdatasync, SECCOMP_RET_ERRNO | EIO);
}

// The files of a cluster are not needed after the daemon has ended.
Test(cluster_processes, a_launch_does_not_wait_for_the_disk) {
    refuse_to_wait_for_the_disk();
    struct cluster_processes *processes = start();
    char path[FILE_PATH_MAX];

    (void)text_format(path, sizeof path, "%s/application_properties.json", paths.etc);
    cr_assert(file_exists(path));
    (void)text_format(path, sizeof path, "%s/hosts", paths.conf);
    cr_assert(file_exists(path));
    cluster_processes_free(processes);
}

// It neither runs nor is a zombie.
static bool is_gone(pid_t pid) {
    return kill(pid, 0) < 0 && errno == ESRCH;
}

static int held_units(void) {
    int held = 0;

    for (size_t unit = 0; unit < sizeof ports.guards / sizeof *ports.guards; unit++)
        held += ports.guards[unit] >= 0;
    return held;
}

Test(cluster_processes, the_loop_does_not_wait_for_those_that_it_kills) {
    struct cluster_processes *leaving = NULL;
    struct cluster_processes *first = start();
    struct cluster_processes *second = start();
    pid_t pids[] = {cluster_processes_pid(first, 0), cluster_processes_pid(first, 1),
                    cluster_processes_pid(second, 0), cluster_processes_pid(second, 1)};

    cluster_processes_leave(first, &leaving);
    cluster_processes_leave(second, &leaving);
    cr_assert(gt(int, held_units(), 0));
    cr_assert(leaving != NULL, "they are there until the loop has seen their ends");
    for (int index = 0; index < 4; index++)
        cr_assert(not(is_gone(pids[index])));
    while (leaving != NULL)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
    for (int index = 0; index < 4; index++)
        cr_assert(is_gone(pids[index]));

    cr_assert(eq(int, held_units(), 0), "their ports are free again");
}

Test(cluster_processes, the_end_of_the_daemon_waits_for_all_that_still_end) {
    struct cluster_processes *leaving = NULL;
    struct cluster_processes *processes = start();
    pid_t pid = cluster_processes_pid(processes, 0);

    cluster_processes_leave(processes, &leaving);
    cluster_processes_free_leaving(&leaving);
    cr_assert(leaving == NULL);
    cr_assert(is_gone(pid));
}

Test(cluster_processes, those_that_have_ended_leave_at_once) {
    struct cluster_processes *leaving = NULL;
    struct cluster_processes *processes = start();

    cluster_processes_terminate(processes);
    while (!cluster_processes_have_ended(processes))
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
    cluster_processes_leave(processes, &leaving);
    cr_assert(leaving == NULL);
    cluster_processes_leave(NULL, &leaving);
    cr_assert(leaving == NULL);
}
