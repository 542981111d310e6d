#include "runtime/transfer/partial_file.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/disk_sync.h"
#include "runtime/transfer/transfer_plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { UNFINISHED_SIZE = 48 };

struct partial_file {
    int top;    // the directory of the transfer
    int parent; // where the file will be
    int fd;
    char unfinished[UNFINISHED_SIZE]; // in `top`; "" = it has its name
    char *name;                       // in `parent`
    char path[FILE_PATH_MAX];
    struct process *sync;
    partial_file_done_fn *done;
    void *userdata;
};

static void print_unfinished(char out[static UNFINISHED_SIZE], unsigned slot) {
    (void)text_format(out, UNFINISHED_SIZE, TRANSFER_PLAN_UNFINISHED "%u", slot);
}

static bool open_directories(struct partial_file *file, const struct partial_file_call *call,
                             struct error *err) {
    const char *slash = strrchr(call->name, '/');
    AUTO(memory_free)
    char *parent = memory_format("%s%s%.*s", call->directory, slash == NULL ? "" : "/",
                                 slash == NULL ? 0 : (int)(slash - call->name), call->name);

    file->name = memory_copy_text(slash == NULL ? call->name : slash + 1);
    return file_make_directories_inside(call->root, parent, call->directory_mode, err) &&
           file_open_directory_inside(call->root, call->directory, &file->top, err) &&
           file_open_directory_inside(call->root, parent, &file->parent, err);
}

bool partial_file_open(const struct partial_file_call *call, struct partial_file **out_file,
                       struct error *err) {
    AUTO(partial_file_free) struct partial_file *file = memory_alloc(sizeof *file);
    char unfinished[UNFINISHED_SIZE];

    file->top = file->parent = file->fd = -1;
    print_unfinished(unfinished, call->slot);
    if (!file_join(file->path, sizeof file->path, err, call->root, call->directory, unfinished,
                   NULL) ||
        !open_directories(file, call, err))
        return false;
    (void)unlinkat(file->top, unfinished, 0);
    file->fd = openat(file->top, unfinished, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                      (mode_t)call->mode);
    if (file->fd < 0) return error_system(err, errno, "create '%s'", file->path);
    memcpy(file->unfinished, unfinished, sizeof unfinished);
    *out_file = TAKE(file);
    return true;
}

int partial_file_fd(const struct partial_file *file) {
    return file->fd;
}

// `_metadata` is the last file: what is unfinished now was left by an earlier daemon.
static void remove_left(const struct partial_file *file) {
    char unfinished[UNFINISHED_SIZE];

    if (!text_equal(file->name, TRANSFER_PLAN_METADATA)) return;
    for (unsigned slot = 0; slot < PARTIAL_FILE_SLOTS; slot++) {
        print_unfinished(unfinished, slot);
        (void)unlinkat(file->top, unfinished, 0);
    }
}

static void on_disk(void *userdata, struct process_end end) {
    struct partial_file *file = userdata;
    struct error err;
    bool is_done = false;

    process_free(TAKE(file->sync));
    if (end.was_signalled || end.number != 0) {
        (void)error_set(&err, ERROR_SYSTEM, "writing '%s' to the disk failed", file->path);
    } else if (renameat(file->top, file->unfinished, file->parent, file->name) < 0) {
        (void)error_system(&err, errno, "rename '%s'", file->path);
    } else {
        file->unfinished[0] = '\0';
        remove_left(file);
        is_done = true;
    }
    file->done(file->userdata, is_done ? NULL : &err);
}

bool partial_file_commit(struct partial_file *file, sd_event *loop, partial_file_done_fn *done,
                         void *userdata, struct error *err) {
    file->done = done;
    file->userdata = userdata;
    return disk_sync(loop, file->path, NULL, on_disk, file, &file->sync, err);
}

void partial_file_free(struct partial_file *file) {
    if (file == NULL) return;
    process_free(file->sync);
    if (file->unfinished[0] != '\0') (void)unlinkat(file->top, file->unfinished, 0);
    file_close(file->fd);
    file_close(file->top);
    file_close(file->parent);
    memory_free(file->name);
    memory_free(file);
}
