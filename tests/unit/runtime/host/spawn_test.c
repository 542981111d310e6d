// What a child inherits.
#include "runtime/host/spawn.h"

#include "base/file.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct error err;

// The exit status of a shell's command.
static int run(const char *command, const int *kept_fds) {
    const char *const arguments[] = {"/bin/sh", "-c", command, NULL};
    struct spawn_spec spec = {
        .arguments = arguments, .output_fd = -1, .error_fd = -1, .kept_fds = kept_fds};
    int status = 0;
    pid_t pid;

    cr_assert(spawn_start(&spec, &pid, &err), "%s", err.message);
    cr_assert(eq(int, waitpid(pid, &status, 0), pid));
    return WEXITSTATUS(status);
}

Test(spawn, does_not_hand_on_sockets_of_libraries) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char command[64];

    (void)text_format(command, sizeof command, "test ! -e /proc/self/fd/%d", fd);
    cr_assert(eq(int, run(command, NULL), 0));
    cr_assert(eq(int, fcntl(fd, F_GETFD), FD_CLOEXEC), "it is open here, though");
    file_close(fd);
}

Test(spawn, hands_on_the_descriptors_to_keep) {
    int ends[2];
    char command[64];
    char output[8] = "";

    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    (void)text_format(command, sizeof command, "echo here >/proc/self/fd/%d", ends[1]);
    cr_assert(eq(int, run(command, (const int[]){ends[1], -1}), 0));
    cr_assert(eq(sz, (size_t)read(ends[0], output, sizeof output - 1), strlen("here\n")));
    file_close(ends[0]);
    file_close(ends[1]);
}

Test(spawn, says_why_a_program_cannot_be_started) {
    const char *const arguments[] = {"/nowhere", NULL};
    struct spawn_spec spec = {.arguments = arguments, .output_fd = -1, .error_fd = -1};
    pid_t pid;

    cr_assert(not(spawn_start(&spec, &pid, &err)));
    cr_assert(strstr(err.message, "start '/nowhere'") != NULL, "%s", err.message);
}
