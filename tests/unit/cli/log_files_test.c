// Lines are handed on once and in their order, whatever happens to a file meanwhile but for what
// was dropped of it.
#include "cli/log_files.h"

#include "base/file.h"
#include "base/growing_file.h"
#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_BYTES = 64 };

static char root[] = "/tmp/kobel-follow-XXXXXX";
static char logs[FILE_PATH_MAX];
static int written; // lines of the output
static struct error err;

// What was handed on.
static struct {
    int64_t first;
    int64_t last; // -1: none
    int count;
    int strange; // lines that were not written so, or not in this order
} seen;

static void on_line(void *userdata, const struct log_files_line *line) {
    char digits[24] = "";
    int64_t number = -1;

    (void)userdata;
    if (line->length == LINE_BYTES - 1)
        (void)text_format(digits, sizeof digits, "%.10s", line->text);
    if (!text_to_int64(digits, &number) || number <= seen.last) {
        seen.strange++;
        return;
    }
    if (seen.count++ == 0) seen.first = number;
    seen.last = number;
}

static int open_output(void) {
    char path[FILE_PATH_MAX];

    cr_assert(file_join(path, sizeof path, &err, logs, "taskmanager-1.out", NULL));
    return open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void print(int fd, int lines) {
    for (int count = 0; count < lines; count++) {
        char line[LINE_BYTES + 1];
        (void)text_format(line, sizeof line, "1%09d%*s\n", written++, LINE_BYTES - 11, "x");
        cr_assert(write(fd, line, LINE_BYTES) == LINE_BYTES);
    }
}

static void follow(struct log_files *files) {
    while (log_files_read(files))
        continue;
}

static void set_up(void) {
    cr_assert(mkdtemp(root) != NULL);
    cr_assert(file_join(logs, sizeof logs, &err, root, "a-1", "log", NULL));
    cr_assert(file_make_directories(logs, 0700, &err));
    seen.last = -1;
}

static void tear_down(void) {
    cr_assert(file_remove_tree(root, &err));
}

TestSuite(log_files, .init = set_up, .fini = tear_down, .timeout = 60);

static int64_t line_number(int64_t number) {
    return 1000000000 + number;
}

Test(log_files, a_follower_misses_only_what_was_dropped_before_it_came_to_it) {
    AUTO(file_close) int fd = open_output();
    AUTO(log_files_free) struct log_files *files = log_files_new(root, false, on_line, NULL);

    print(fd, 1000);
    follow(files);
    cr_assert(eq(int, seen.count, 1000));
    // Dropped behind it: it goes on.
    cr_assert(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 40960) == 0);
    print(fd, 1000);
    follow(files);
    cr_assert(eq(int, seen.count, 2000));
    // Dropped before it: 2000 to 2047 with all before, which ends within no line.
    print(fd, 1000);
    cr_assert(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 2048 * 64) == 0);
    follow(files);
    // The line at which a gap ends may be the rest of one.
    cr_assert(eq(int, seen.count, 2000 + 1000 - 48 - 1));
    cr_assert(eq(i64, seen.last, line_number(2999)));
    cr_assert(eq(int, seen.strange, 0));
}

Test(log_files, whoever_comes_late_reads_the_newest_lines) {
    AUTO(file_close) int fd = open_output();

    print(fd, 2000);
    cr_assert(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096 * 20) == 0);
    AUTO(log_files_free) struct log_files *files = log_files_new(root, false, on_line, NULL);
    follow(files);
    cr_assert(eq(i64, seen.first, line_number(4096 * 20 / 64 + 1)));
    cr_assert(eq(i64, seen.last, line_number(1999)));
    cr_assert(eq(int, seen.strange, 0));
}

// As a long gap is cut off; a copy of the rest stands for it where the file system cannot.
static void cut(int fd, int64_t bytes) {
    if (fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, bytes) == 0) return;
    struct stat entry;
    cr_assert(fstat(fd, &entry) == 0);
    size_t rest = (size_t)(entry.st_size - bytes);
    AUTO(memory_free) char *copy = memory_alloc(rest);
    cr_assert(pread(fd, copy, rest, bytes) == (ssize_t)rest);
    cr_assert(ftruncate(fd, 0) == 0);
    cr_assert(write(fd, copy, rest) == (ssize_t)rest);
}

Test(log_files, a_follower_goes_on_where_it_was_after_a_cut) {
    AUTO(file_close) int fd = open_output();
    AUTO(log_files_free) struct log_files *files = log_files_new(root, false, on_line, NULL);

    cr_assert(ftruncate(fd, 2 * GROWING_FILE_CUT_BYTES) == 0);
    print(fd, 1000);
    follow(files);
    cr_assert(eq(i64, seen.last, line_number(999)));
    print(fd, 500);
    cut(fd, 2 * GROWING_FILE_CUT_BYTES);
    print(fd, 500);
    follow(files);
    cr_assert(eq(i64, seen.last, line_number(1999)));
    cr_assert(eq(int, seen.count, 1999)); // without the one at the end of the gap
    cr_assert(eq(int, seen.strange, 0));
}

Test(log_files, a_file_that_begins_anew_is_read_from_its_beginning) {
    AUTO(file_close) int fd = open_output();
    AUTO(log_files_free) struct log_files *files = log_files_new(root, false, on_line, NULL);

    print(fd, 1000);
    follow(files);
    cr_assert(ftruncate(fd, 0) == 0);
    print(fd, 10);
    follow(files);
    cr_assert(eq(int, seen.count, 1010));
    cr_assert(eq(int, seen.strange, 0));
}

// Finding A2 and A3, for the clients: they have the rights of the user.
Test(log_files, what_is_no_file_is_not_read_and_blocks_nobody) {
    AUTO(file_close) int fd = open_output();
    char path[FILE_PATH_MAX];
    char secret[FILE_PATH_MAX];

    cr_assert(file_join(secret, sizeof secret, &err, root, "secret", NULL));
    cr_assert(file_write_atomically(secret, "password=hunter2\n", 17, 0600, &err));
    cr_assert(file_join(path, sizeof path, &err, logs, "jobmanager.log", NULL));
    cr_assert(symlink(secret, path) == 0);
    cr_assert(file_join(path, sizeof path, &err, logs, "jobmanager.out", NULL));
    cr_assert(mkfifo(path, 0600) == 0);
    cr_assert(file_join(path, sizeof path, &err, logs, "taskmanager-1.log", NULL));
    cr_assert(mkdir(path, 0700) == 0);
    // All of it a gap.
    cr_assert(file_join(path, sizeof path, &err, logs, "taskmanager-2.out", NULL));
    AUTO(file_close) int sparse = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(ftruncate(sparse, (off_t)1 << 40) == 0 || ftruncate(sparse, (off_t)1 << 32) == 0);
    print(fd, 10);
    AUTO(log_files_free) struct log_files *files = log_files_new(root, false, on_line, NULL);
    follow(files);
    log_files_flush(files);
    cr_assert(eq(int, seen.count, 10));
    cr_assert(eq(int, seen.strange, 0));
}
