// Logs stay within their budget, and their newest lines stay.
#include "runtime/local/log_budget.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/growing_file.h"
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
    // Bytes that were given back before are not counted again.
    cr_assert(eq(i64, log_budget_gap(100 * MB, 5 * MB, 10 * MB), 0));
    cr_assert(eq(i64, log_budget_gap(100 * MB + 17, 11 * MB, 10 * MB), 95 * MB));
    // A file whose reserved room is larger than its length.
    cr_assert(eq(i64, log_budget_gap(17, 11 * MB, 10 * MB), 0));
}

Test(log_budget, cuts_off_what_is_a_large_gap_in_steps) {
    cr_assert(eq(i64, log_budget_cut(0), 0));
    cr_assert(eq(i64, log_budget_cut(2 * GROWING_FILE_CUT_BYTES - 1), 0));
    cr_assert(eq(i64, log_budget_cut(2 * GROWING_FILE_CUT_BYTES), 2 * GROWING_FILE_CUT_BYTES));
    cr_assert(eq(i64, log_budget_cut(4 * GROWING_FILE_CUT_BYTES - 1), 3 * GROWING_FILE_CUT_BYTES));
}

// --- with files: the budget of a JobManager and a TaskManager has four shares ---

static char directory[] = "/tmp/kobel-logs-XXXXXX";
static sd_event *loop;
static struct log_budget *budget;

static const char *at(const char *name) {
    static char path[FILE_PATH_MAX];

    (void)text_format(path, sizeof path, "%s/log/%s", directory, name);
    return path;
}

static void set_up(void) {
    struct error err;

    cr_assert(mkdtemp(directory) != NULL);
    cr_assert(mkdir(at(""), 0700) == 0);
    cr_assert(sd_event_new(&loop) >= 0);
    cr_assert(log_budget_new(loop, directory, 1, 16 * MB, &budget, &err), "%s", err.message);
}

static void tear_down(void) {
    struct error err;

    log_budget_free(budget);
    loop = sd_event_unref(loop);
    cr_assert(file_remove_tree(directory, &err), "%s", err.message);
}

TestSuite(log_files_kept, .init = set_up, .fini = tear_down);

static int open_output(const char *name) {
    return open(at(name), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// A program that prints.
static void print(int fd, int megabytes) {
    char line[1024];

    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (int count = 0; count < 1024 * megabytes; count++)
        cr_assert(write(fd, line, sizeof line) == (ssize_t)sizeof line);
}

static struct stat look(int fd) {
    struct stat entry;

    cr_assert(fstat(fd, &entry) == 0);
    return entry;
}

static int64_t used(int fd) {
    return (int64_t)look(fd).st_blocks * 512;
}

static void turn(void) {
    cr_assert(sd_event_run(loop, 10000000) > 0, "nothing happens any more");
}

Test(log_files_kept, keeps_the_newest_lines_while_a_program_writes) {
    AUTO(file_close) int fd = open_output("taskmanager-1.out");

    for (int round = 0; round < 3; round++) {
        print(fd, 10);
        while (used(fd) > 4 * MB)
            turn();
    }
    // A follower misses nothing: the length grows with what was written.
    cr_assert(eq(i64, (int64_t)look(fd).st_size, 30 * MB));
    int64_t next = growing_file_after_gap(fd, 0);
    cr_assert(gt(i64, next, 0));
    cr_assert(ge(i64, (int64_t)look(fd).st_size - next, 2 * MB));
}

static bool can_be_cut(void) {
    AUTO(file_close) int fd = open_output("trial");

    cr_assert(posix_fallocate(fd, 0, 2 * MB) == 0);
    return fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, MB) == 0;
}

// Programs that copy or search the file would read the gap of a file that becomes ever longer.
Test(log_files_kept, a_file_does_not_become_ever_longer) {
    AUTO(file_close) int fd = open_output("jobmanager.log");
    int64_t gap = 5 * GROWING_FILE_CUT_BYTES;
    char last[6] = "";

    cr_assert(ftruncate(fd, gap) == 0);
    print(fd, 5);
    cr_assert(write(fd, "last\n", 5) == 5);
    bool is_cut = can_be_cut();
    while (used(fd) > 4 * MB || (is_cut && look(fd).st_size > gap))
        turn();
    cr_assert(eq(i64, (int64_t)look(fd).st_size % GROWING_FILE_CUT_BYTES, 5 * MB + 5));
    cr_assert(pread(fd, last, 5, look(fd).st_size - 5) == 5);
    cr_assert(eq(str, (char *)last, "last\n"));
}

// --- unusual files, made by a program ---

enum { TURNS_MAX = 3000 };
static const int64_t TB = (int64_t)1 << 40;

// The number of turns until the file takes no more than its share.
static int turns_until_small(int fd) {
    int turns = 0;

    while (used(fd) > 4 * MB && turns++ < TURNS_MAX)
        turn();
    cr_assert(le(int, turns, TURNS_MAX), "%lld bytes are still there", (long long)used(fd));
    return turns;
}

// The timer is not due for a while: no work is left.
static void turn_until_calm(void) {
    int turns = 0;

    while (sd_event_run(loop, 50000) > 0)
        cr_assert(turns++ < TURNS_MAX, "the timer does not stop");
}

Test(log_files_kept, a_file_that_is_long_and_nearly_empty_keeps_no_other_from_its_turn) {
    AUTO(file_close) int sparse = open_output("jobmanager.log");
    AUTO(file_close) int growing = open_output("taskmanager-1.out");

    print(sparse, 10);
    cr_assert(ftruncate(sparse, TB) == 0);
    for (int round = 0; round < 2; round++) {
        print(growing, 10);
        (void)turns_until_small(sparse);
        (void)turns_until_small(growing);
        turn_until_calm();
    }
    cr_assert(eq(i64, (int64_t)look(sparse).st_size, TB));
    cr_assert(eq(i64, (int64_t)look(growing).st_size, 20 * MB));
    cr_assert(ge(i64, used(growing), 2 * MB));
}

Test(log_files_kept, files_give_back_in_turns) {
    AUTO(file_close) int scattered = open_output("jobmanager.log");
    AUTO(file_close) int plain = open_output("taskmanager-1.out");
    char block[4096] = "x";

    // More pieces than there are turns below.
    for (int64_t index = 0; index < 2000; index++)
        cr_assert(pwrite(scattered, block, sizeof block, 0) == sizeof block &&
                  ftruncate(scattered, (index + 1) * 32 * MB) == 0);
    print(plain, 10);
    cr_assert(lt(int, turns_until_small(plain), 100));
    cr_assert(gt(i64, used(scattered), 4 * MB));
    (void)turns_until_small(scattered);
}

Test(log_files_kept, room_that_was_reserved_is_given_back) {
    AUTO(file_close) int fd = open_output("jobmanager.out");

    cr_assert(posix_fallocate(fd, 0, 20 * MB) == 0);
    (void)turns_until_small(fd);
    turn_until_calm();
}

Test(log_files_kept, a_file_that_disappears_while_it_gives_back_is_forgotten) {
    AUTO(file_close) int fd = open_output("jobmanager.log");

    print(fd, 10);
    int64_t all = used(fd);
    while (used(fd) == all)
        turn();
    cr_assert(unlink(at("jobmanager.log")) == 0);
    turn_until_calm();
}

Test(log_files_kept, other_files_than_logs_are_left_alone) {
    AUTO(file_close) int own = open_output("own.data");
    AUTO(file_close) int output = open_output("jobmanager.out");

    cr_assert(posix_fallocate(own, 0, 20 * MB) == 0);
    cr_assert(symlink("own.data", at("taskmanager-1.out")) == 0);
    cr_assert(mkfifo(at("taskmanager-1.log"), 0600) == 0);
    // Many entries cannot hide a log either.
    for (int count = 0; count < FILE_INSIDE_ENTRIES_MAX + 10; count++) {
        char name[24];
        (void)text_format(name, sizeof name, "0-%d", count);
        AUTO(file_close) int fd = open_output(name);
    }
    print(output, 10);
    while (used(output) > 4 * MB)
        turn();
    cr_assert(ge(i64, used(own), 20 * MB));
}

Test(log_files_kept, what_was_written_since_the_last_check_is_shortened_at_the_end) {
    AUTO(file_close) int fd = open_output("taskmanager-1.out");

    print(fd, 10);
    log_budget_free(TAKE(budget));
    cr_assert(le(i64, used(fd), 4 * MB));
}
