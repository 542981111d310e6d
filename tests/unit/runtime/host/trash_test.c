// Files are moved to the trash at once, and removed there by another process.
#include "runtime/host/trash.h"

#include "unit/disk_files.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

static const struct trash_options options = {.remover = LAUNCHER};

TestSuite(trash, .init = set_up, .fini = tear_down);

static bool count_one(void *userdata, const char *name, bool is_directory, struct error *ignored) {
    int *count = userdata;

    (void)name;
    (void)is_directory;
    (void)ignored;
    ++*count;
    return true;
}

static int count_entries(const char *directory) {
    char path[FILE_PATH_MAX];
    int count = 0;

    path_of(directory, path);
    cr_assert(file_list(path, count_one, &count, &err), "%s", err.message);
    return count;
}

Test(trash, a_file_is_gone_at_once_and_removed_later) {
    AUTO(trash_free) struct trash *trash = NULL;
    char path[FILE_PATH_MAX];

    fill("apps/a/big", 200);
    path_of("apps/a/big", path);
    cr_assert(trash_new(loop, root, &options, &trash, &err), "%s", err.message);
    cr_assert(trash_put(root, path, &err));
    cr_assert(not(file_exists(path)));
    cr_assert(eq(int, count_entries("trash"), 1));
    trash_empty(trash);
    while (count_entries("trash") > 0)
        turn();
    cr_assert(trash_put(root, path, &err), "absent is a success");
}

Test(trash, of_a_daemon_is_removed_by_the_next_one) {
    AUTO(trash_free) struct trash *trash = NULL;

    for (int number = 0; number < 100; number++) {
        char name[32];
        (void)text_format(name, sizeof name, "trash/left-%d", number);
        fill(name, 1);
    }
    cr_assert(trash_new(loop, root, &options, &trash, &err), "%s", err.message);
    while (count_entries("trash") > 0)
        turn();
}

// As if a process still wrote there: not even root can remove the files of the directory.
static bool hold(const char *directory, bool is_held) {
    AUTO(file_close) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int flags = is_held ? FS_IMMUTABLE_FL : 0;

    return ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
}

Test(trash, tries_again_what_cannot_be_removed) {
    AUTO(trash_free) struct trash *trash = NULL;
    char path[FILE_PATH_MAX];

    fill("trash/held", 1);
    fill("trash/other", 1);
    path_of("trash/held", path);
    if (!hold(path, true)) cr_skip_test("this file system has no immutable files");
    cr_assert(trash_new(loop, root, &options, &trash, &err), "%s", err.message);
    while (count_entries("trash") > 1)
        turn();
    cr_assert(hold(path, false));
    while (count_entries("trash") > 0)
        turn();
}

// A JVM that ends may still write while its directory is removed.
Test(trash, warns_after_some_failures) {
    AUTO(trash_free) struct trash *trash = NULL;
    int reported_tries = 0;
    char remover[FILE_PATH_MAX];
    char script[FILE_PATH_MAX * 2];
    struct trash_options tried = {
        .remover = remover, .retry_us = 1000, .reported_tries = &reported_tries};

    // Fails seven times in a row.
    path_of("remover", remover);
    (void)text_format(
        script, sizeof script,
        "#!/bin/sh\necho x >>%s/tries\n[ $(wc -l <%s/tries) -gt 7 ] && shift 4 && exec "
        "/bin/rm -rf \"$@\"\nexit 1\n",
        root, root);
    cr_assert(file_write_atomically(remover, script, strlen(script), 0700, &err));
    fill("trash/left", 3);
    cr_assert(trash_new(loop, root, &tried, &trash, &err), "%s", err.message);
    while (count_entries("trash") > 0)
        turn();
    cr_assert(eq(int, reported_tries, 5));
}

// A file that cannot be removed must not prevent other removals.
Test(trash, removes_the_others_when_some_files_stay) {
    AUTO(trash_free) struct trash *trash = NULL;
    char remover[FILE_PATH_MAX];
    struct trash_options tried = {.remover = remover, .retry_us = 1000};
    static const char script[] =
        "#!/bin/sh\nfail=0\nshift 4\nfor path; do case $path in */0*) fail=1 ;; "
        "/*) /bin/rm -rf \"$path\" ;; esac; done\nexit $fail\n";

    path_of("remover", remover);
    cr_assert(file_write_atomically(remover, script, strlen(script), 0700, &err));
    for (int number = 0; number < 140; number++) {
        char name[32];
        (void)text_format(name, sizeof name, "trash/%d%03d", number >= 100, number);
        fill(name, 1);
    }
    cr_assert(trash_new(loop, root, &tried, &trash, &err), "%s", err.message);
    while (count_entries("trash") > 100)
        turn();
}

Test(trash, does_not_follow_a_link_that_a_job_made) {
    char path[FILE_PATH_MAX];

    fill("apps/a/snapshots", 1);
    fill("apps/b/snapshots/s/savepoint", 1);
    make_link("../../b/snapshots/s", "apps/a/snapshots/s");
    path_of("apps/a/snapshots/s/savepoint", path);
    cr_assert(trash_put(root, path, &err));
    cr_assert(file_exists(path));
    path_of("apps/a/snapshots/s", path);
    cr_assert(trash_put(root, path, &err));
    cr_assert(not(file_exists(path)));
    path_of("apps/b/snapshots/s/savepoint", path);
    cr_assert(file_exists(path));
}

// <data>/apps is a link to another disk, if this machine has one.
Test(trash, of_applications_may_lie_on_another_file_system) {
    AUTO(trash_free) struct trash *trash = NULL;
    char elsewhere[] = "/dev/shm/kobel-disk-XXXXXX";
    char path[FILE_PATH_MAX];

    cr_assert(mkdtemp(elsewhere) != NULL);
    make_link(elsewhere, "apps");
    fill("apps/a/checkpoints/job", 1);
    path_of("apps/a/checkpoints/job", path);
    cr_assert(trash_new(loop, root, &options, &trash, &err), "%s", err.message);
    cr_assert(trash_put(root, path, &err));
    cr_assert(not(file_exists(path)));
    cr_assert(eq(int, count_entries("apps/.trash"), 1), "it was removed in the loop");
    trash_empty(trash);
    while (count_entries("apps/.trash") > 0)
        turn();
    cr_assert(file_remove_tree(elsewhere, &err));
}
