#include "runtime/transfer/directory_bucket.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/transfer/file_copy.h"
#include "runtime/transfer/partial_file.h"
#include "runtime/transfer/tree_walk.h"

#include <string.h>

// Each is a call of fstat().
enum { ENTRIES_A_TURN = 500 };

struct directory_task {
    struct bucket_task task; // the first member
    sd_event *loop;
    struct sync_queue *syncs;
    char root[FILE_PATH_MAX]; // of the bucket
    char *prefix;             // without the last '/'
    bucket_visit_fn *visit;
    bucket_copied_fn *copied;
    bucket_end_fn *done;
    void *userdata;
    struct tree_walk *walk; // list
    sd_event_source *turn;
    int from; // get
    struct file_copy *copy;
    struct partial_file *partial; // put
};

static void cancel(struct bucket_task *base) {
    struct directory_task *task = (struct directory_task *)base;

    (void)sd_event_source_disable_unref(task->turn);
    tree_walk_free(task->walk);
    file_copy_cancel(task->copy);
    partial_file_free(task->partial);
    file_close(task->from);
    memory_free(task->prefix);
    memory_free(task);
}

static void finish(struct directory_task *task, const struct error *err) {
    bucket_end_fn *done = task->done;
    void *userdata = task->userdata;

    cancel(&task->task);
    if (err == NULL) {
        done(userdata, NULL);
        return;
    }
    struct bucket_failure failure = bucket_failure_of(err);
    done(userdata, &failure);
}

// A bucket is a directory directly in the directory of buckets.
static bool is_bucket(const struct directory_bucket *self, const char *name,
                      char root[static FILE_PATH_MAX]) {
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL &&
           file_join(root, FILE_PATH_MAX, NULL, self->directory, name, NULL) &&
           file_is_directory(root);
}

static struct directory_task *new_task(struct directory_bucket *self,
                                       const struct bucket_call *call,
                                       struct bucket_failure *out_failure) {
    char root[FILE_PATH_MAX];

    if (!is_bucket(self, call->bucket, root)) {
        *out_failure = (struct bucket_failure){.fault = TRANSFER_FAULT_NO_SUCH_BUCKET};
        (void)text_format(out_failure->reason, sizeof out_failure->reason, "no bucket '%s'",
                          call->bucket);
        return NULL;
    }
    struct directory_task *task = memory_alloc(sizeof *task);
    task->task.cancel = cancel;
    task->loop = self->loop;
    task->syncs = self->syncs;
    (void)text_copy(task->root, sizeof task->root, root);
    task->prefix = memory_format("%.*s", (int)(strlen(call->prefix) - 1), call->prefix);
    task->visit = call->visit;
    task->copied = call->copied;
    task->done = call->done;
    task->userdata = call->userdata;
    task->from = -1;
    return task;
}

static struct bucket_task *give_up(struct directory_task *task, const struct error *err,
                                   struct bucket_failure *out_failure) {
    cancel(&task->task);
    *out_failure = bucket_failure_of(err);
    return NULL;
}

// --- list ---

static bool visit(void *userdata, const char *name, int64_t size_bytes, struct error *err) {
    struct directory_task *task = userdata;

    return task->visit(task->userdata, name, size_bytes) ||
           error_set(err, ERROR_INVALID, "the list was given up");
}

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct directory_task *task = userdata;
    bool is_last = task->walk == NULL;
    struct error err;

    (void)now_us;
    if (!is_last && !tree_walk_step(task->walk, ENTRIES_A_TURN, &is_last, &err)) {
        finish(task, &err);
    } else if (is_last) {
        finish(task, NULL);
    } else {
        (void)sd_event_source_set_time(source, 0);
        (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    }
    return 0;
}

static struct bucket_task *list(void *self, const struct bucket_call *call,
                                struct bucket_failure *out_failure) {
    struct directory_task *task = new_task(self, call, out_failure);
    struct error err;

    if (task == NULL) return NULL;
    struct tree_walk_call walk = {.root = task->root,
                                  .relative = task->prefix,
                                  .follows_links = true,
                                  .visit = visit,
                                  .userdata = task};
    // As on S3, a prefix without objects is an empty list.
    if (!tree_walk_new(&walk, &task->walk, &err) && err.kind != ERROR_NOT_FOUND)
        return give_up(task, &err, out_failure);
    if (sd_event_add_time(task->loop, &task->turn, CLOCK_MONOTONIC, 0, 1, on_turn, task) < 0)
        abort();
    return &task->task;
}

// --- get ---

static void on_got(void *userdata, const struct error *err) {
    struct directory_task *task = userdata;

    task->copy = NULL;
    finish(task, err);
}

static struct bucket_task *get(void *self, const struct bucket_call *call,
                               struct bucket_failure *out_failure) {
    struct directory_task *task = new_task(self, call, out_failure);
    struct error err;

    if (task == NULL) return NULL;
    AUTO(memory_free) char *key = memory_format("%s%s", call->prefix, call->name);
    if (!file_open_linked_inside(task->root, key, &task->from, &err))
        return give_up(task, &err, out_failure);
    task->copy = file_copy_begin(task->loop, task->from, call->fd, on_got, task);
    return &task->task;
}

// --- put ---

static void on_stored(void *userdata, const struct error *err) {
    finish(userdata, err);
}

static void on_copied(void *userdata, const struct error *reason) {
    struct directory_task *task = userdata;
    struct error err;

    task->copy = NULL;
    if (reason != NULL)
        finish(task, reason);
    else if (partial_file_commit(task->partial, task->syncs, on_stored, task, &err))
        task->copied(task->userdata);
    else
        finish(task, &err);
}

static struct bucket_task *put(void *self, const struct bucket_call *call,
                               struct bucket_failure *out_failure) {
    struct directory_task *task = new_task(self, call, out_failure);
    struct error err;

    if (task == NULL) return NULL;
    struct partial_file_call partial = {.root = task->root,
                                        .directory = task->prefix,
                                        .name = call->name,
                                        .slot = call->slot,
                                        .mode = 0644,
                                        .directory_mode = 0755,
                                        .is_users = true};
    if (!partial_file_open(&partial, &task->partial, &err)) {
        (void)give_up(task, &err, out_failure);
        // Not a fault of the savepoint: S3 has such keys, a directory has not.
        if (err.kind != ERROR_CONFIGURATION) out_failure->fault = TRANSFER_FAULT_INTERNAL;
        return NULL;
    }
    task->copy =
        file_copy_begin(task->loop, call->fd, partial_file_fd(task->partial), on_copied, task);
    return &task->task;
}

static const struct bucket_ops ops = {.is_on_disk = true, .list = list, .get = get, .put = put};

struct bucket_port directory_bucket_port(struct directory_bucket *bucket) {
    return (struct bucket_port){.ops = &ops, .self = bucket};
}
