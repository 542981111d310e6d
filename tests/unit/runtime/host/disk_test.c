// What is thrown away goes without anybody waiting for it, and what is there is counted beside
// everything else.
#include "base/file.h"
#include "base/text.h"
#include "runtime/host/disk_usage.h"
#include "runtime/host/trash.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error err;
static char root[64];
static sd_event *loop;
static const struct trash_options options = {.remover = LAUNCHER};

static void set_up(void) {
    (void)text_copy(root, sizeof root, "/tmp/kobel-disk-XXXXXX");
    cr_assert(mkdtemp(root) != NULL);
    cr_assert(sd_event_new(&loop) >= 0);
}

static void tear_down(void) {
    cr_assert(file_remove_tree(root, &err));
    loop = sd_event_unref(loop);
}

TestSuite(disk, .init = set_up, .fini = tear_down);

static void path_of(const char *rest, char out[static FILE_PATH_MAX]) {
    cr_assert(file_join(out, FILE_PATH_MAX, &err, root, rest, NULL));
}

// So many files of a page each.
static void fill(const char *directory, int count) {
    char path[FILE_PATH_MAX];
    char bytes[4096] = "x";

    path_of(directory, path);
    cr_assert(file_make_directories(path, 0700, &err));
    for (int number = 0; number < count; number++) {
        char file[FILE_PATH_MAX];
        (void)text_format(file, sizeof file, "%s/%d", path, number);
        cr_assert(file_write_atomically(file, bytes, sizeof bytes, 0600, &err));
    }
}

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

static void turn(void) {
    cr_assert(sd_event_run(loop, 10000000) > 0, "nothing happens any more");
}

Test(disk, what_is_thrown_away_is_gone_at_once_and_removed_later) {
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

Test(disk, what_a_daemon_left_in_the_trash_is_removed_by_the_next_one) {
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

// As if a process still wrote there: not even root may remove what the directory holds.
static bool hold(const char *directory, bool is_held) {
    AUTO(file_close) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int flags = is_held ? FS_IMMUTABLE_FL : 0;

    return ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
}

// Finding D10: it was left until the next removal.
Test(disk, what_cannot_be_removed_is_tried_again) {
    AUTO(trash_free) struct trash *trash = NULL;
    char path[FILE_PATH_MAX];

    fill("trash/held", 1);
    fill("trash/other", 1);
    path_of("trash/held", path);
    if (!hold(path, true)) cr_skip_test("this file system holds nothing against its owner");
    cr_assert(trash_new(loop, root, &options, &trash, &err), "%s", err.message);
    while (count_entries("trash") > 1)
        turn();
    cr_assert(hold(path, false));
    while (count_entries("trash") > 0)
        turn();
}

// A JVM that ends may still write while its directory is removed.
Test(disk, what_could_not_be_removed_is_tried_again_and_told_of) {
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

// What cannot be removed may not keep what can.
Test(disk, what_cannot_be_removed_is_not_in_the_way) {
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

static void make_link(const char *target, const char *name) {
    char path[FILE_PATH_MAX];

    path_of(name, path);
    cr_assert(symlink(target, path) == 0);
}

Test(disk, nothing_is_thrown_away_through_a_link_that_a_job_made) {
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

// <data>/apps as a link to another disk, as far as this machine has one.
Test(disk, applications_may_lie_on_another_file_system) {
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

// A job can make millions of entries, links to anywhere, and directories nested without end.
Test(disk, counting_a_hostile_tree_takes_no_longer_in_each_turn) {
    AUTO(disk_usage_free) struct disk_usage *usage = NULL;
    int turns = 0;

    fill("apps/a/work", 1000);
    make_link("/", "apps/a/work/root");
    make_link("..", "apps/a/work/again");
    char deep[FILE_PATH_MAX] = "apps/a/work";
    for (int depth = 0; depth < 100; depth++)
        (void)text_format(deep + strlen(deep), sizeof deep - strlen(deep), "/d");
    fill(deep, 1);
    cr_assert(disk_usage_new(loop, root, &usage, &err), "%s", err.message);
    while (disk_usage_bytes(usage, "a") == 0) {
        turn();
        turns++;
    }
    cr_assert(ge(int, turns, 3), "all at once");
    cr_assert(lt(i64, disk_usage_bytes(usage, "a"), (int64_t)1200 * 8192));
}

Test(disk, is_counted_in_slices_and_again_when_asked) {
    AUTO(disk_usage_free) struct disk_usage *usage = NULL;
    int turns = 0;

    fill("apps/a/snapshots", 1000);
    cr_assert(disk_usage_new(loop, root, &usage, &err), "%s", err.message);
    while (disk_usage_bytes(usage, "a") == 0) {
        turn();
        turns++;
    }
    cr_assert(ge(int, turns, 3), "all at once");
    int64_t before = disk_usage_bytes(usage, "a");
    cr_assert(before >= (int64_t)1000 * 4096);
    fill("apps/a/more", 10);
    while (disk_usage_bytes(usage, "a") == before)
        turn();
    cr_assert(disk_usage_bytes(usage, "a") >= before + (int64_t)10 * 4096);
    disk_usage_forget(usage, "a");
    cr_assert(eq(int, (int)disk_usage_bytes(usage, "a"), 0));
}
