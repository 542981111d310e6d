// A caller that asks for one page of a log after the other gets each line once and in order,
// whatever happens to the file meanwhile, but for the lines that were dropped.
#include "base/file.h"
#include "base/growing_file.h"
#include "base/line_cutter.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/local/log_pages.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_BYTES = 64 };

static char root[64];
static char logs[FILE_PATH_MAX];
static int written; // lines of the output
static struct error err;

// The lines that were read.
static struct {
    int64_t first;
    int64_t last; // -1: none
    int count;
    int strange; // lines that were not written, or not in this order
} seen;

static void on_line(void *userdata, const char *text, size_t length) {
    char digits[24] = "";
    int64_t number = -1;

    (void)userdata;
    if (length == LINE_BYTES - 1) (void)text_format(digits, sizeof digits, "%.10s", text);
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

struct follower {
    int64_t position;
    struct line_cutter cutter;
};

static struct follower begin(void) {
    struct follower follower = {0};

    line_cutter_init(&follower.cutter, 1000);
    return follower;
}

// As api/admin/log_stream.c does, and cli/client/log_files.c over the wire.
static void follow(struct follower *follower) {
    static struct insight_log_page page;

    do {
        cr_assert(log_pages_read(root, "ab", "ab-1", "taskmanager-1.out", follower->position, &page,
                                 &err),
                  "%s", err.message);
        if (page.place != GROWING_FILE_NEXT)
            line_cutter_restart(&follower->cutter, page.place == GROWING_FILE_GAP);
        line_cutter_add(&follower->cutter, page.bytes, page.size_bytes, on_line, NULL);
        follower->position = page.next;
    } while (page.size_bytes > 0);
}

static void set_up(void) {
    (void)text_copy(root, sizeof root, "/tmp/kobel-follow-XXXXXX");
    cr_assert(mkdtemp(root) != NULL);
    cr_assert(
        file_join(logs, sizeof logs, &err, root, "apps", "ab", "clusters", "ab-1", "log", NULL));
    cr_assert(file_make_directories(logs, 0700, &err));
    seen.last = -1;
}

static void tear_down(void) {
    cr_assert(file_remove_tree(root, &err));
}

TestSuite(log_follow, .init = set_up, .fini = tear_down);

static int64_t line_number(int64_t number) {
    return 1000000000 + number;
}

Test(log_follow, a_follower_misses_only_what_was_dropped_before_it_came_to_it) {
    AUTO(file_close) int fd = open_output();
    struct follower follower = begin();

    print(fd, 1000);
    follow(&follower);
    cr_assert(eq(int, seen.count, 1000));
    // Dropped behind it: it continues.
    cr_assert(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 40960) == 0);
    print(fd, 1000);
    follow(&follower);
    cr_assert(eq(int, seen.count, 2000));
    // Dropped before it: 2000 to 2047 with all before, which ends within no line.
    print(fd, 1000);
    cr_assert(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 2048 * 64) == 0);
    follow(&follower);
    // The line at which a gap ends may be the rest of one.
    cr_assert(eq(int, seen.count, 2000 + 1000 - 48 - 1));
    cr_assert(eq(i64, seen.last, line_number(2999)));
    cr_assert(eq(int, seen.strange, 0));
    line_cutter_release(&follower.cutter);
}

Test(log_follow, a_late_caller_reads_the_newest_lines) {
    AUTO(file_close) int fd = open_output();

    print(fd, 2000);
    cr_assert(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096 * 20) == 0);
    struct follower follower = begin();
    follow(&follower);
    cr_assert(eq(i64, seen.first, line_number(4096 * 20 / 64 + 1)));
    cr_assert(eq(i64, seen.last, line_number(1999)));
    cr_assert(eq(int, seen.strange, 0));
    line_cutter_release(&follower.cutter);
}

// The same gap is not read again and again.
Test(log_follow, a_gap_up_to_the_end_is_passed) {
    AUTO(file_close) int fd = open_output();
    struct follower follower = begin();

    print(fd, 100);
    cr_assert(ftruncate(fd, (off_t)1 << 40) == 0);
    follow(&follower);
    cr_assert(eq(int, seen.count, 100));
    cr_assert(eq(i64, follower.position, (int64_t)1 << 40));
    print(fd, 10);
    follow(&follower);
    cr_assert(eq(i64, seen.last, line_number(109)));
    line_cutter_release(&follower.cutter);
}

// As a long gap is cut off. Where the file system cannot do that, a copy of the rest is used.
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

Test(log_follow, a_follower_continues_after_a_cut) {
    AUTO(file_close) int fd = open_output();
    struct follower follower = begin();

    cr_assert(ftruncate(fd, 2 * GROWING_FILE_CUT_BYTES) == 0);
    print(fd, 1000);
    follow(&follower);
    cr_assert(eq(i64, seen.last, line_number(999)));
    print(fd, 500);
    cut(fd, 2 * GROWING_FILE_CUT_BYTES);
    print(fd, 500);
    follow(&follower);
    cr_assert(eq(i64, seen.last, line_number(1999)));
    cr_assert(eq(int, seen.count, 1999)); // without the one at the end of the gap
    cr_assert(eq(int, seen.strange, 0));
    line_cutter_release(&follower.cutter);
}

Test(log_follow, a_file_that_is_replaced_is_read_from_its_beginning) {
    AUTO(file_close) int fd = open_output();
    struct follower follower = begin();

    print(fd, 1000);
    follow(&follower);
    cr_assert(ftruncate(fd, 0) == 0);
    print(fd, 10);
    follow(&follower);
    cr_assert(eq(int, seen.count, 1010));
    cr_assert(eq(int, seen.strange, 0));
    line_cutter_release(&follower.cutter);
}

Test(log_follow, a_file_that_is_nothing_but_a_gap_stops_no_follower) {
    AUTO(file_close) int fd = open_output();
    struct follower follower = begin();

    cr_assert(ftruncate(fd, (off_t)1 << 40) == 0 || ftruncate(fd, (off_t)1 << 32) == 0);
    follow(&follower);
    cr_assert(eq(int, seen.count, 0));
    print(fd, 10);
    follow(&follower);
    // The first may be the rest of another.
    cr_assert(eq(int, seen.count, 9));
    cr_assert(eq(i64, seen.last, line_number(9)));
    line_cutter_release(&follower.cutter);
}

Test(log_follow, a_gap_within_a_character_stops_no_follower) {
    AUTO(file_close) int fd = open_output();
    struct follower follower = begin();
    static char bytes[8192];

    memset(bytes, '\n', sizeof bytes);
    bytes[4095] = '\xe2';
    cr_assert(write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes);
    cr_assert(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096) == 0);
    print(fd, 10);
    follow(&follower);
    cr_assert(eq(i64, seen.last, line_number(9)));
    line_cutter_release(&follower.cutter);
}
