#include "runtime/transfer/transfer_work.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENTRIES_A_TURN = 500 };
// The first bytes of every `_metadata` of Flink (facts/flink.md 5.1).
static const unsigned char MAGIC[] = {0x49, 0x60, 0x67, 0x2d};

void transfer_work_init(struct transfer_work *work) {
    work->from = -1;
}

void transfer_work_clear(struct transfer_work *work) {
    work->turn = sd_event_source_disable_unref(work->turn);
    bucket_task_cancel(TAKE(work->task));
    tree_walk_free(TAKE(work->walk));
    partial_file_free(TAKE(work->partial));
    file_close(file_take(&work->from));
    work->is_refused = work->has_failed = false;
}

static void end(struct transfer_work *work, const struct bucket_failure *failure) {
    struct bucket_failure copy = {0};

    if (failure != NULL) copy = *failure;
    transfer_work_clear(work);
    work->done(work, failure == NULL ? NULL : &copy);
}

static void end_by(struct transfer_work *work, const struct error *err) {
    struct bucket_failure failure = bucket_failure_of(err);

    end(work, &failure);
}

// --- turns ---

static void step_walk(struct transfer_work *work);

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct transfer_work *work = userdata;

    (void)source;
    (void)now_us;
    work->turn = sd_event_source_disable_unref(work->turn);
    if (work->has_failed)
        end(work, &work->failure);
    else
        step_walk(work);
    return 0;
}

static void wait_for_turn(struct transfer_work *work) {
    if (sd_event_add_time(work->subject->settings->loop, &work->turn, CLOCK_MONOTONIC, 0, 1,
                          on_turn, work) < 0)
        abort();
}

static void fail_later(struct transfer_work *work, const struct bucket_failure *failure) {
    work->has_failed = true;
    work->failure = *failure;
    wait_for_turn(work);
}

static void fail_later_by(struct transfer_work *work, const struct error *err) {
    struct bucket_failure failure = bucket_failure_of(err);

    fail_later(work, &failure);
}

// --- lists ---

static bool on_object(void *userdata, const char *name, int64_t size_bytes) {
    struct transfer_work *work = userdata;

    if (transfer_plan_is_marker(name)) return true;
    work->is_refused = !work->visit(work, name, size_bytes, &work->refusal);
    return !work->is_refused;
}

static void on_listed(void *userdata, const struct bucket_failure *failure) {
    struct transfer_work *work = userdata;

    work->task = NULL;
    // It is the cause: then `failure` is only that the list was given up.
    if (work->is_refused)
        end_by(work, &work->refusal);
    else
        end(work, failure);
}

static void list_bucket(struct transfer_work *work) {
    const struct transfer_subject *subject = work->subject;
    const struct bucket_port *buckets = &subject->settings->buckets;
    struct bucket_call call = {.bucket = subject->bucket,
                               .prefix = subject->prefix,
                               .visit = on_object,
                               .done = on_listed,
                               .userdata = work};
    struct bucket_failure failure;

    work->task = buckets->ops->list(buckets->self, &call, &failure);
    if (work->task == NULL) fail_later(work, &failure);
}

static bool on_file(void *userdata, const char *name, int64_t size_bytes, struct error *err) {
    struct transfer_work *work = userdata;

    return work->visit(work, name, size_bytes, err);
}

static void step_walk(struct transfer_work *work) {
    bool is_last = false;
    struct error err;

    if (!tree_walk_step(work->walk, ENTRIES_A_TURN, &is_last, &err))
        end_by(work, &err);
    else if (is_last)
        end(work, NULL);
    else
        wait_for_turn(work);
}

static void walk_directory(struct transfer_work *work) {
    const struct transfer_subject *subject = work->subject;
    struct tree_walk_call call = {
        .root = subject->root, .relative = subject->directory, .visit = on_file, .userdata = work};
    struct error err;
    bool is_there = subject->kind == TRANSFER_EXPORT ||
                    (file_make_directories(call.root, 0700, &err) &&
                     file_make_directories_inside(call.root, subject->directory, 0700, &err));

    if (is_there && tree_walk_new(&call, &work->walk, &err))
        wait_for_turn(work);
    else
        fail_later_by(work, &err);
}

void transfer_work_list(struct transfer_work *work, bool is_of_bucket) {
    if (is_of_bucket)
        list_bucket(work);
    else
        walk_directory(work);
}

// --- copies ---

static void on_copied(void *userdata) {
    struct transfer_work *work = userdata;

    file_close(file_take(&work->from));
    work->copied(work);
}

static struct bucket_call copy_of(struct transfer_work *work, int fd, bucket_end_fn *done) {
    return (struct bucket_call){.bucket = work->subject->bucket,
                                .prefix = work->subject->prefix,
                                .name = work->file->name,
                                .fd = fd,
                                .size_bytes = work->file->size_bytes,
                                .slot = work->number,
                                .copied = on_copied,
                                .done = done,
                                .userdata = work};
}

static void on_sent(void *userdata, const struct bucket_failure *failure) {
    struct transfer_work *work = userdata;

    work->task = NULL;
    end(work, failure);
}

static bool has_size(int fd, int64_t size_bytes) {
    struct stat entry;

    return fstat(fd, &entry) == 0 && (int64_t)entry.st_size == size_bytes;
}

static void send_file(struct transfer_work *work) {
    const struct transfer_settings *settings = work->subject->settings;
    const struct bucket_port *buckets = &settings->buckets;
    AUTO(memory_free)
    char *relative = memory_format("%s/%s", work->subject->directory, work->file->name);
    struct bucket_failure failure;
    struct error err;

    bool is_open = file_open_inside(work->subject->root, relative, &work->from, &err);
    if (is_open && !has_size(work->from, work->file->size_bytes))
        is_open = error_set(&err, ERROR_INVALID, "'%s' has changed", work->file->name);
    if (!is_open) {
        fail_later_by(work, &err);
        return;
    }
    struct bucket_call call = copy_of(work, work->from, on_sent);
    work->task = buckets->ops->put(buckets->self, &call, &failure);
    if (work->task == NULL) fail_later(work, &failure);
}

static void on_stored(void *userdata, const struct error *err) {
    struct transfer_work *work = userdata;

    if (err == NULL)
        end(work, NULL);
    else
        end_by(work, err);
}

// Other checks of a savepoint are not for the transport.
static bool check_received(const struct transfer_work *work, struct error *err) {
    int fd = partial_file_fd(work->partial);
    unsigned char first[sizeof MAGIC] = {0};

    if (!has_size(fd, work->file->size_bytes))
        return error_set(err, ERROR_INVALID, "'%.128s' was changed while it was read",
                         work->file->name);
    if (!text_equal(work->file->name, TRANSFER_PLAN_METADATA)) return true;
    if (pread(fd, first, sizeof first, 0) < 0) return error_system(err, errno, "read the file");
    return memcmp(first, MAGIC, sizeof MAGIC) == 0 ||
           error_set(err, ERROR_INVALID, TRANSFER_PLAN_METADATA " is not that of a savepoint");
}

static void on_received(void *userdata, const struct bucket_failure *failure) {
    struct transfer_work *work = userdata;
    struct error err;

    work->task = NULL;
    if (failure != NULL)
        end(work, failure);
    else if (check_received(work, &err) &&
             partial_file_commit(work->partial, work->subject->settings->syncs, on_stored, work,
                                 &err))
        work->copied(work);
    else
        end_by(work, &err);
}

static void receive_file(struct transfer_work *work) {
    const struct transfer_settings *settings = work->subject->settings;
    const struct bucket_port *buckets = &settings->buckets;
    struct partial_file_call partial = {.root = work->subject->root,
                                        .directory = work->subject->directory,
                                        .name = work->file->name,
                                        .slot = work->number,
                                        .mode = 0600,
                                        .directory_mode = 0700};
    struct bucket_failure failure;
    struct error err;

    if (!partial_file_open(&partial, &work->partial, &err)) {
        fail_later_by(work, &err);
        return;
    }
    struct bucket_call call = copy_of(work, partial_file_fd(work->partial), on_received);
    work->task = buckets->ops->get(buckets->self, &call, &failure);
    if (work->task == NULL) fail_later(work, &failure);
}

void transfer_work_copy(struct transfer_work *work) {
    if (work->subject->kind == TRANSFER_EXPORT)
        send_file(work);
    else
        receive_file(work);
}
