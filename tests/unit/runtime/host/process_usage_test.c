// The usage of a process and its children.
#include "runtime/host/process_usage.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

Test(process_usage, counts_a_process_and_its_children) {
    struct process_usage mine;
    struct process_usage with_child;
    struct process_usage gone;

    cr_assert(process_usage_read(getpid(), &mine));
    pid_t child = fork();
    if (child == 0) {
        (void)pause();
        _exit(0);
    }
    cr_assert(process_usage_read(getpid(), &with_child));
    cr_assert(eq(int, with_child.processes, mine.processes + 1));
    cr_assert(gt(long, mine.own_bytes, 100000));
    cr_assert(ge(long, mine.file_bytes, 0));
    cr_assert(
        le(long, process_usage_pss_bytes(child), with_child.own_bytes + with_child.file_bytes),
        "what is shared is divided");
    cr_assert(eq(long, process_usage_pss_bytes(0), 0));
    cr_assert(ge(long, with_child.cpu_ms, mine.cpu_ms));
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    cr_assert(not(process_usage_read(child, &gone)));
    cr_assert(not(process_usage_read(0, &gone)));
}
