#include "runtime/transfer/s3_bucket.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/s3/s3_fetch.h"
#include "runtime/s3/s3_list.h"
#include "runtime/s3/s3_put.h"

#include <string.h>

struct s3_task {
    struct bucket_task task; // the first member
    char *prefix;
    bucket_visit_fn *visit;
    bucket_end_fn *done;
    void *userdata;
    struct s3_list *list; // one of the three
    struct s3_fetch *fetch;
    struct s3_put *put;
};

static void free_task(struct s3_task *task) {
    memory_free(task->prefix);
    memory_free(task);
}

static void cancel(struct bucket_task *base) {
    struct s3_task *task = (struct s3_task *)base;

    s3_list_cancel(task->list);
    s3_fetch_cancel(task->fetch);
    s3_put_cancel(task->put);
    free_task(task);
}

static struct bucket_failure translate(const struct s3_failure *failure) {
    static const enum transfer_fault faults[] = {
        [S3_FAULT_ACCESS] = TRANSFER_FAULT_ACCESS_DENIED,
        [S3_FAULT_BUCKET] = TRANSFER_FAULT_NO_SUCH_BUCKET,
        [S3_FAULT_REGION] = TRANSFER_FAULT_INTERNAL,
        [S3_FAULT_OBJECT] = TRANSFER_FAULT_SAVEPOINT_NOT_FOUND,
        [S3_FAULT_PASSING] = TRANSFER_FAULT_INTERNAL,
        [S3_FAULT_LOCAL] = TRANSFER_FAULT_INTERNAL,
        [S3_FAULT_CHANGED] = TRANSFER_FAULT_INVALID_SAVEPOINT,
        [S3_FAULT_OTHER] = TRANSFER_FAULT_INTERNAL,
    };
    struct bucket_failure out = {.fault = faults[failure->fault],
                                 .may_pass = failure->fault == S3_FAULT_PASSING ||
                                             failure->fault == S3_FAULT_LOCAL};

    (void)text_copy(out.reason, sizeof out.reason, failure->message);
    return out;
}

static void on_end(void *userdata, const struct s3_failure *failure) {
    struct s3_task *task = userdata;
    bucket_end_fn *done = task->done;
    void *done_userdata = task->userdata;

    free_task(task);
    if (failure == NULL) {
        done(done_userdata, NULL);
        return;
    }
    struct bucket_failure translated = translate(failure);
    done(done_userdata, &translated);
}

static struct s3_task *new_task(const struct bucket_call *call) {
    struct s3_task *task = memory_alloc(sizeof *task);

    task->task.cancel = cancel;
    task->prefix = memory_copy_text(call->prefix);
    task->visit = call->visit;
    task->done = call->done;
    task->userdata = call->userdata;
    return task;
}

static bool on_key(void *userdata, const char *key, int64_t size_bytes) {
    struct s3_task *task = userdata;

    return text_starts_with(key, task->prefix) &&
           task->visit(task->userdata, key + strlen(task->prefix), size_bytes);
}

static struct bucket_task *list(void *self, const struct bucket_call *call,
                                struct bucket_failure *out_failure) {
    const struct s3_bucket *bucket = self;
    struct s3_task *task = new_task(call);
    struct s3_list_call s3_call = {.bucket = call->bucket,
                                   .prefix = call->prefix,
                                   .visit = on_key,
                                   .done = on_end,
                                   .userdata = task};

    (void)out_failure;
    task->list = s3_list_begin(bucket->client, &s3_call);
    return &task->task;
}

static struct bucket_task *get(void *self, const struct bucket_call *call,
                               struct bucket_failure *out_failure) {
    const struct s3_bucket *bucket = self;
    struct s3_task *task = new_task(call);
    AUTO(memory_free) char *key = memory_format("%s%s", call->prefix, call->name);
    struct s3_fetch_call s3_call = {.bucket = call->bucket,
                                    .key = key,
                                    .fd = call->fd,
                                    .size_bytes = call->size_bytes,
                                    .done = on_end,
                                    .userdata = task};

    (void)out_failure;
    task->fetch = s3_fetch_begin(bucket->client, &s3_call);
    return &task->task;
}

static struct bucket_task *put(void *self, const struct bucket_call *call,
                               struct bucket_failure *out_failure) {
    const struct s3_bucket *bucket = self;
    struct s3_task *task = new_task(call);
    AUTO(memory_free) char *key = memory_format("%s%s", call->prefix, call->name);
    struct s3_put_call s3_call = {.bucket = call->bucket,
                                  .key = key,
                                  .fd = call->fd,
                                  .size_bytes = call->size_bytes,
                                  .parts_from_bytes = bucket->parts_from_bytes,
                                  .part_bytes = bucket->part_bytes,
                                  .done = on_end,
                                  .userdata = task};

    (void)out_failure;
    task->put = s3_put_begin(bucket->client, &s3_call);
    return &task->task;
}

static const struct bucket_ops ops = {.list = list, .get = get, .put = put};

struct bucket_port s3_bucket_port(struct s3_bucket *bucket) {
    return (struct bucket_port){.ops = &ops, .self = bucket};
}
