#include "runtime/transfer/partial_file.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"
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
    int parent; // where the file will be; -1 = in `top`
    int fd;
    char unfinished[UNFINISHED_SIZE]; // in `top`; "" = it has its name
    char *name;                       // in `parent`
    char path[FILE_PATH_MAX];
    struct sync_queue *syncs;
    struct sync_wait wait;
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
    if (call->is_users)
        return file_make_users_directories(call->root, parent, call->directory_mode, err) &&
               file_open_users_directory(call->root, call->directory, &file->top, err) &&
               (slash == NULL || file_open_users_directory(call->root, parent, &file->parent, err));
    return file_make_directories_inside(call->root, parent, call->directory_mode, err) &&
           file_open_directory_inside(call->root, call->directory, &file->top, err) &&
           (slash == NULL || file_open_directory_inside(call->root, parent, &file->parent, err));
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
    if (file->fd < 0 && call->is_users && file_is_forbidden(errno))
        return error_set(err, ERROR_CONFIGURATION, "create '%s': %s", file->path, strerror(errno));
    if (file->fd < 0) return error_system(err, errno, "create '%s'", file->path);
    memcpy(file->unfinished, unfinished, sizeof unfinished);
    *out_file = TAKE(file);
    return true;
}

int partial_file_fd(const struct partial_file *file) {
    return file->fd;
}

static bool is_last(const struct partial_file *file) {
    return file->parent < 0 && text_equal(file->name, TRANSFER_PLAN_METADATA);
}

// What is unfinished when the last file is complete was left by an earlier daemon.
static void remove_left(const struct partial_file *file) {
    char unfinished[UNFINISHED_SIZE];

    for (unsigned slot = 0; slot < PARTIAL_FILE_SLOTS; slot++) {
        print_unfinished(unfinished, slot);
        (void)unlinkat(file->top, unfinished, 0);
    }
}

static bool rename_to_name(struct partial_file *file, struct error *err) {
    int parent = file->parent < 0 ? file->top : file->parent;

    if (renameat(file->top, file->unfinished, parent, file->name) < 0) {
        if (errno == EISDIR)
            return error_set(err, ERROR_INVALID, "'%.128s' is a directory at the destination",
                             file->name);
        return error_system(err, errno, "rename '%s'", file->path);
    }
    file->unfinished[0] = '\0';
    return true;
}

static void on_names_on_disk(void *userdata, const struct error *err) {
    struct partial_file *file = userdata;

    file->done(file->userdata, err);
}

// A name that a file got may be lost in a power cut; that the transfer is complete may not be
// reported before.
static void wait_for_names(struct partial_file *file) {
    char *slash = strrchr(file->path, '/');

    *slash = '\0';
    file->wait.has_names = true;
    file->wait.done = on_names_on_disk;
    sync_queue_add(file->syncs, &file->wait);
}

static void on_disk(void *userdata, const struct error *reason) {
    struct partial_file *file = userdata;
    struct error err;

    if (reason != NULL) {
        file->done(file->userdata, reason);
    } else if (!rename_to_name(file, &err)) {
        file->done(file->userdata, &err);
    } else if (is_last(file)) {
        remove_left(file);
        wait_for_names(file);
    } else {
        file->done(file->userdata, NULL);
    }
}

bool partial_file_commit(struct partial_file *file, struct sync_queue *syncs,
                         partial_file_done_fn *done, void *userdata, struct error *err) {
    struct stat entry;

    if (fstat(file->fd, &entry) < 0) return error_system(err, errno, "read '%s'", file->path);
    file_close(file_take(&file->fd));
    file->syncs = syncs;
    file->done = done;
    file->userdata = userdata;
    file->wait = (struct sync_wait){
        .path = file->path, .device = entry.st_dev, .done = on_disk, .userdata = file};
    sync_queue_add(syncs, &file->wait);
    return true;
}

void partial_file_free(struct partial_file *file) {
    if (file == NULL) return;
    sync_queue_remove(&file->wait);
    if (file->unfinished[0] != '\0') (void)unlinkat(file->top, file->unfinished, 0);
    file_close(file->fd);
    file_close(file->top);
    file_close(file->parent);
    memory_free(file->name);
    memory_free(file);
}
