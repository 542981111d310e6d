// For tests of file modes: tests are often run by root, whom modes do not hold back.
#pragma once

#include <criterion/criterion.h>
#include <sys/prctl.h>
#include <unistd.h>

// The test, which is a process of its own, becomes another user, who owns the directory. Does
// nothing where it is not root.
static inline void become_ordinary_user(const char *directory) {
    const unsigned user = 65534; // an unprivileged one

    if (geteuid() != 0) return;
    cr_assert(chown(directory, user, user) == 0);
    cr_assert(setresgid(user, user, 0) == 0 && setresuid(user, user, 0) == 0);
    // As after execve(): the files of the process in /proc belong to the user.
    cr_assert(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
}

// Becomes the first user again, to remove files.
static inline void become_oneself(void) {
    (void)!seteuid(0); // fails where the test did not run as root
}
