// What can be read of the logs of an application's clusters, in directories that jobs write to.
#include "runtime/local/log_pages.h"

#include "base/file.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error err;
static char root[64];
static char listed[600];
static struct insight_log_page page;

static void set_up(void) {
    (void)text_copy(root, sizeof root, "/tmp/kobel-logs-XXXXXX");
    cr_assert(mkdtemp(root) != NULL);
}

static void tear_down(void) {
    cr_assert(file_remove_tree(root, &err));
}

TestSuite(log_pages, .init = set_up, .fini = tear_down);

static const char *path_of(const char *cluster, const char *file) {
    static char path[FILE_PATH_MAX];

    (void)text_format(path, sizeof path, "%.200s/apps/ab/clusters/%s/log/%s", root, cluster, file);
    return path;
}

static void put(const char *cluster, const char *file, const char *bytes, size_t size_bytes) {
    char directory[FILE_PATH_MAX];

    (void)text_copy(directory, sizeof directory, path_of(cluster, ""));
    cr_assert(file_make_directories(directory, 0700, &err), "%s", err.message);
    cr_assert(file_write_atomically(path_of(cluster, file), bytes, size_bytes, 0600, &err));
}

static void note(void *userdata, const struct insight_log *log) {
    size_t used = strlen(listed);

    (void)userdata;
    (void)text_format(listed + used, sizeof listed - used, "%s/%s:%d ", log->cluster_id, log->file,
                      (int)log->size_bytes);
}

static bool read_page(const char *cluster, const char *file, int64_t from) {
    return log_pages_read(root, "ab", cluster, file, from, &page, &err);
}

Test(log_pages, are_listed_in_the_order_of_the_clusters_and_are_nothing_else) {
    put("ab-a", "taskmanager-1.out", "xx", 2);
    put("ab-9", "jobmanager.log", "x", 1);
    put("ab-10", "jobmanager.out", "", 0);
    put("ab-9", "rocksdb.log", "x", 1);
    put("ab-9", "taskmanager-x.log", "x", 1);
    put("ab-9", "taskmanager-12345.log", "x", 1);
    put("ab-9", "secret", "x", 1);
    cr_assert(symlink(path_of("ab-9", "secret"), "/tmp/kobel-logs-link") == 0);
    cr_assert(rename("/tmp/kobel-logs-link", path_of("ab-9", "taskmanager-2.log")) == 0);
    cr_assert(mkfifo(path_of("ab-9", "taskmanager-3.log"), 0600) == 0);
    cr_assert(mkdir(path_of("ab-9", "taskmanager-4.log"), 0700) == 0);
    cr_assert(log_pages_list(root, "ab", note, NULL, &err), "%s", err.message);
    cr_assert(eq(str, listed,
                 "ab-9/jobmanager.log:1 ab-a/taskmanager-1.out:2 "
                 "ab-10/jobmanager.out:0 "));
    for (int number = 2; number <= 4; number++) {
        char name[32];
        (void)text_format(name, sizeof name, "taskmanager-%d.log", number);
        cr_assert(not(read_page("ab-9", name, 0)));
        cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
    }
}

Test(log_pages, no_other_file_can_be_asked_for) {
    static const char *const names[][2] = {
        {"ab-9", "secret"}, {"ab-9", "../log/jobmanager.log"},         {"..", "jobmanager.log"},
        {"ab-9/", "x.log"}, {"../ab/clusters/ab-9", "jobmanager.log"}, {"ab", "jobmanager.log"},
        {"", ""},
    };

    put("ab-9", "jobmanager.log", "x", 1);
    put("ab-9", "secret", "x", 1);
    cr_assert(read_page("ab-9", "jobmanager.log", 0), "%s", err.message);
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        cr_assert(not(read_page(names[index][0], names[index][1], 0)), "%zu", index);
        cr_assert(eq(int, err.kind, ERROR_NOT_FOUND), "%zu", index);
    }
}

Test(log_pages, follow_each_other) {
    static char bytes[INSIGHT_LOG_PAGE_BYTES + 10];

    memset(bytes, 'a', sizeof bytes);
    put("ab-9", "jobmanager.log", bytes, sizeof bytes);
    cr_assert(read_page("ab-9", "jobmanager.log", 0));
    cr_assert(eq(sz, page.size_bytes, INSIGHT_LOG_PAGE_BYTES));
    cr_assert(read_page("ab-9", "jobmanager.log", page.next));
    cr_assert(eq(sz, page.size_bytes, 10));
    cr_assert(eq(i64, page.next, (int64_t)sizeof bytes));
    cr_assert(read_page("ab-9", "jobmanager.log", page.next));
    cr_assert(eq(sz, page.size_bytes, 0));
    // Shorter than before: it was replaced.
    put("ab-9", "jobmanager.log", "new", 3);
    cr_assert(read_page("ab-9", "jobmanager.log", page.next));
    cr_assert(eq(int, page.place, GROWING_FILE_NEW));
    cr_assert(eq(i64, page.from, 0));
    cr_assert(eq(i64, page.next, 3));
    // Any position is allowed.
    cr_assert(read_page("ab-9", "jobmanager.log", INT64_MAX));
    cr_assert(read_page("ab-9", "jobmanager.log", -1));
    cr_assert(eq(i64, page.from, 0));
}

Test(log_pages, do_not_cut_a_character) {
    put("ab-9", "jobmanager.log", "a\xe2\x82", 3);
    cr_assert(read_page("ab-9", "jobmanager.log", 0));
    cr_assert(eq(i64, page.next, 1));
    put("ab-9", "jobmanager.log", "a\xe2\x82\xac", 4);
    cr_assert(read_page("ab-9", "jobmanager.log", page.next));
    cr_assert(eq(i64, page.next, 4));
    // Bytes that are not a character are not waited for.
    put("ab-9", "jobmanager.log", "a\x80\x80\x80", 4);
    cr_assert(read_page("ab-9", "jobmanager.log", 0));
    cr_assert(eq(i64, page.next, 4));
}

Test(log_pages, skip_what_was_given_back) {
    static char bytes[20000];

    memset(bytes, 'a', sizeof bytes);
    put("ab-9", "jobmanager.log", bytes, sizeof bytes);
    int fd = open(path_of("ab-9", "jobmanager.log"), O_RDWR | O_CLOEXEC);
    cr_assert(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 8192) == 0);
    (void)close(fd);
    cr_assert(read_page("ab-9", "jobmanager.log", 100));
    cr_assert(eq(int, page.place, GROWING_FILE_GAP));
    cr_assert(eq(i64, page.from, 8192));
    cr_assert(eq(i64, page.next, 20000));
    cr_assert(eq(int, page.bytes[0], 'a'));
}
