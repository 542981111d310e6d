// For tests of what modes hold back: root, whom none does, runs many of them.
#pragma once

#include <criterion/criterion.h>
#include <sys/prctl.h>
#include <unistd.h>

// From here on the test, which is a process of its own, is somebody else, who owns the directory.
// For an ordinary user nothing changes.
static inline void become_ordinary_user(const char *directory) {
    const unsigned nobody = 65534;

    if (geteuid() != 0) return;
    cr_assert(chown(directory, nobody, nobody) == 0);
    cr_assert(setresgid(nobody, nobody, 0) == 0 && setresuid(nobody, nobody, 0) == 0);
    // As after the start of a program: its own files in /proc belong to it.
    cr_assert(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
}

// Who it was before, to tidy up.
static inline void become_oneself(void) {
    (void)!seteuid(0); // refused to those who were not root
}
