#include "runtime/transfer/file_copy.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/process.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

// Under 1 ms. A child costs 6 ms; but a write() to a busy disk waits up to 200 ms, when much is
// still to be written, and the loop would wait with it.
enum { IN_LOOP_MAX_BYTES = 200000 };
// Of coreutils, which every Debian installs. It copies within the kernel.
static const char CP[] = "/bin/cp";

struct file_copy {
    sd_event *loop;
    sd_event_source *turn;
    struct process *child;
    int from;
    int to;
    file_copy_done_fn *done;
    void *userdata;
};

void file_copy_cancel(struct file_copy *copy) {
    if (copy == NULL) return;
    (void)sd_event_source_disable_unref(copy->turn);
    process_free(copy->child);
    memory_free(copy);
}

static void finish(struct file_copy *copy, const struct error *err) {
    file_copy_done_fn *done = copy->done;
    void *userdata = copy->userdata;

    file_copy_cancel(copy);
    done(userdata, err);
}

// --- small files ---

static bool copy_bytes(const struct file_copy *copy, struct error *err) {
    AUTO(memory_free) char *bytes = memory_alloc(IN_LOOP_MAX_BYTES);

    // One that grows meanwhile is found by its size.
    ssize_t got = pread(copy->from, bytes, IN_LOOP_MAX_BYTES, 0);
    if (got < 0) return error_system(err, errno, "read the file");
    return file_write_all(copy->to, bytes, (size_t)got) ||
           error_system(err, errno, "write the file");
}

// --- others ---

static int64_t size_of(int fd) {
    struct stat entry;

    return fstat(fd, &entry) < 0 ? 0 : (int64_t)entry.st_size;
}

static void on_child_end(void *userdata, struct process_end end) {
    struct file_copy *copy = userdata;
    struct error err;
    char text[40];

    if (!end.was_signalled && end.number == 0) {
        finish(copy, NULL);
        return;
    }
    process_end_text(end, text, sizeof text);
    (void)error_set(&err, ERROR_SYSTEM, "the copy of a file ended after %lld of %lld bytes%s%s",
                    (long long)size_of(copy->to), (long long)size_of(copy->from),
                    end.was_signalled ? ", by " : ": is the disk full?",
                    end.was_signalled ? text : "");
    finish(copy, &err);
}

static bool begin_child(struct file_copy *copy, struct error *err) {
    char from[40];
    char to[40];
    const char *const arguments[] = {CP, from, to, NULL};
    const char *const environment[] = {NULL};
    const int fds[] = {copy->from, copy->to, -1};
    struct process_spec spec = {.arguments = arguments,
                                .environment = environment,
                                .kept_fds = fds,
                                .done = on_child_end,
                                .userdata = copy};

    (void)text_format(from, sizeof from, "/proc/self/fd/%d", copy->from);
    (void)text_format(to, sizeof to, "/proc/self/fd/%d", copy->to);
    return process_start(copy->loop, &spec, &copy->child, err);
}

// --- both ---

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct file_copy *copy = userdata;
    struct error err;

    (void)source;
    (void)now_us;
    copy->turn = sd_event_source_disable_unref(copy->turn);
    if (ioctl(copy->to, FICLONE, copy->from) == 0) {
        finish(copy, NULL);
    } else if (size_of(copy->from) <= IN_LOOP_MAX_BYTES) {
        bool is_copied = copy_bytes(copy, &err);
        finish(copy, is_copied ? NULL : &err);
    } else if (!begin_child(copy, &err)) {
        finish(copy, &err);
    }
    return 0;
}

struct file_copy *file_copy_begin(sd_event *loop, int from, int to, file_copy_done_fn *done,
                                  void *userdata) {
    struct file_copy *copy = memory_alloc(sizeof *copy);

    copy->loop = loop;
    copy->from = from;
    copy->to = to;
    copy->done = done;
    copy->userdata = userdata;
    // Without a turn of the loop `done` would never be called; a loop that cannot add a timer
    // cannot continue anyway.
    if (sd_event_add_time(loop, &copy->turn, CLOCK_MONOTONIC, 0, 1, on_turn, copy) < 0) abort();
    return copy;
}
