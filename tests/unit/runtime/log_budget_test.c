// Logs stay within their budget, and their newest lines stay.
#include "runtime/log_budget.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const int64_t MB = (int64_t)1 << 20;

Test(log_budget, gives_back_all_but_the_newer_half_of_a_share) {
    cr_assert(eq(i64, log_budget_gap(10 * MB, 10 * MB, 10 * MB), 0));
    cr_assert(eq(i64, log_budget_gap(10 * MB + 1, 10 * MB + 4096, 10 * MB), 5 * MB));
    // What was given back before is not counted again.
    cr_assert(eq(i64, log_budget_gap(100 * MB, 5 * MB, 10 * MB), 0));
    cr_assert(eq(i64, log_budget_gap(100 * MB + 17, 11 * MB, 10 * MB), 95 * MB));
    // A file without data that is larger than it is long.
    cr_assert(eq(i64, log_budget_gap(17, 11 * MB, 10 * MB), 0));
}

Test(log_budget, keeps_the_newest_lines_of_whoever_goes_on_writing) {
    char directory[] = "/tmp/kobel-logs-XXXXXX";
    char path[FILE_PATH_MAX];
    char line[1024];
    struct stat entry;
    struct error err;

    cr_assert(mkdtemp(directory) != NULL);
    (void)text_format(path, sizeof path, "%s/taskmanager-1.out", directory);
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    AUTO(file_close) int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    for (int round = 0; round < 10; round++) {
        for (int count = 0; count < 1024; count++)
            cr_assert(write(fd, line, sizeof line) == (ssize_t)sizeof line);
        log_budget_keep(directory, 4 * MB);
        cr_assert(fstat(fd, &entry) == 0);
        cr_assert(le(i64, (int64_t)entry.st_blocks * 512, 4 * MB + 4096));
    }
    // Nothing is lost of what is followed: the length grows with what was written.
    cr_assert(eq(i64, (int64_t)entry.st_size, 10 * MB));
    int64_t next = file_after_gap(fd, 0);
    cr_assert(gt(i64, next, 0));
    cr_assert(ge(i64, (int64_t)entry.st_size - next, 2 * MB));
    cr_assert(file_remove_tree(directory, &err));
}

Test(log_budget, leaves_alone_what_is_no_log_of_a_process) {
    char directory[] = "/tmp/kobel-logs-XXXXXX";
    char target[FILE_PATH_MAX];
    char path[FILE_PATH_MAX];
    struct stat entry;
    struct error err;

    cr_assert(mkdtemp(directory) != NULL);
    (void)text_format(target, sizeof target, "%s/own.data", directory);
    AUTO(file_close) int fd = open(target, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(posix_fallocate(fd, 0, 4 * MB) == 0);
    (void)text_format(path, sizeof path, "%s/taskmanager-1.out", directory);
    cr_assert(symlink(target, path) == 0);
    (void)text_format(path, sizeof path, "%s/taskmanager-1.log", directory);
    cr_assert(mkfifo(path, 0600) == 0);
    log_budget_keep(directory, MB);
    cr_assert(fstat(fd, &entry) == 0);
    cr_assert(ge(i64, (int64_t)entry.st_blocks * 512, 4 * MB));
    cr_assert(file_remove_tree(directory, &err));
}
