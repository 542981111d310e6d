// Files that wait for the disk, with real children.
#include "runtime/transfer/sync_queue.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 10 };

static char top[] = "/tmp/kobel-syncs-XXXXXX";
static sd_event *loop;
static struct sync_queue *queue;
static struct file {
    char path[64];
    struct sync_wait wait;
    int ends;
    bool has_failed;
} files[FILES];
static int left;

static void set_up(void) {
    cr_assert(mkdtemp(top) != NULL);
    cr_assert(sd_event_new(&loop) >= 0);
    queue = sync_queue_new(loop);
}

static void tear_down(void) {
    struct error err;

    sync_queue_free(queue);
    (void)sd_event_unref(loop);
    cr_assert(file_remove_tree(top, &err), "%s", err.message);
}

TestSuite(sync_queue, .init = set_up, .fini = tear_down);

static void on_end(void *userdata, const struct error *err) {
    struct file *file = userdata;

    file->ends++;
    file->has_failed = err != NULL;
    left--;
}

static void add(struct file *file, sync_wait_fn *done) {
    struct stat entry;

    cr_assert(stat(top, &entry) == 0);
    file->wait = (struct sync_wait){
        .path = file->path, .device = entry.st_dev, .done = done, .userdata = file};
    left++;
    sync_queue_add(queue, &file->wait);
    cr_assert(eq(int, file->ends, 0));
}

static void add_new(int number, sync_wait_fn *done) {
    struct file *file = &files[number];

    (void)text_format(file->path, sizeof file->path, "%s/%d", top, number);
    int fd = open(file->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(fd >= 0 && file_write_all(fd, "x", 1));
    file_close(fd);
    add(file, done);
}

static void run(void) {
    while (left > 0)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
}

static int count_ended(void) {
    int count = 0;

    for (int number = 0; number < FILES; number++)
        count += files[number].ends == 1 && !files[number].has_failed;
    return count;
}

Test(sync_queue, one_file_and_many_get_to_the_disk) {
    add_new(0, on_end);
    run();
    for (int number = 1; number < FILES; number++)
        add_new(number, on_end);
    run();
    cr_assert(eq(int, count_ended(), FILES));
}

static void on_first_end(void *userdata, const struct error *err) {
    on_end(userdata, err);
    // In the same child as the others, and one that comes after it.
    sync_queue_remove(&files[1].wait);
    left--;
    add_new(FILES - 1, on_end);
}

Test(sync_queue, the_end_of_one_may_remove_and_add_others) {
    add_new(0, on_first_end);
    for (int number = 1; number < FILES - 1; number++)
        add_new(number, on_end);
    run();
    cr_assert(eq(int, files[1].ends, 0));
    cr_assert(eq(int, count_ended(), FILES - 1));
}

Test(sync_queue, one_that_is_removed_is_not_called) {
    add_new(0, on_end);
    add_new(1, on_end);
    sync_queue_remove(&files[0].wait);
    sync_queue_remove(&files[0].wait);
    left--;
    run();
    cr_assert(eq(int, files[0].ends, 0));
    cr_assert(eq(int, count_ended(), 1));
}

Test(sync_queue, file_systems_wait_for_each_other_only) {
    add_new(0, on_end);
    add_new(1, on_end);
    files[1].wait.device++;
    run();
    cr_assert(eq(int, count_ended(), 2));
}

Test(sync_queue, a_file_that_cannot_be_written_is_reported) {
    (void)text_format(files[0].path, sizeof files[0].path, "%s/absent", top);
    add(&files[0], on_end);
    run();
    cr_assert(files[0].has_failed);
}
