#include "controller/snapshots/snapshot_transfers.h"

#include "base/memory.h"
#include "base/text.h"
#include "model/arn.h"

struct snapshot_task {
    struct snapshot_task *next;
    struct app_service *service;
    char operation_id[APP_OPERATION_ID_SIZE];
    char snapshot_id[APP_ID_SIZE];
    bool has_ended;
    struct snapshot_transfer_end end;
};

static struct snapshot_task **place_of(struct app_service *service, const char *operation_id) {
    struct snapshot_task **place = &service->snapshot_tasks;

    while (*place != NULL && !text_equal((*place)->operation_id, operation_id))
        place = &(*place)->next;
    return place;
}

static void end_task(struct snapshot_task *task, enum transfer_fault fault, int64_t size_bytes,
                     const char *reason) {
    task->has_ended = true;
    task->end.fault = fault;
    task->end.size_bytes = size_bytes;
    (void)text_copy(task->end.reason, sizeof task->end.reason, reason);
    service_wake_snapshot(task->service, task->snapshot_id);
}

static void on_done(void *userdata, const char *id, const struct transfer_result *result) {
    struct app_service *service = userdata;
    struct snapshot_task *task = *place_of(service, id);

    if (task != NULL) end_task(task, result->fault, result->size_bytes, result->reason);
}

static struct snapshot_task *add_task(struct app_service *service,
                                      const struct snapshot_operation *operation) {
    struct snapshot_task *task = memory_alloc(sizeof *task);

    task->service = service;
    (void)text_copy(task->operation_id, sizeof task->operation_id, operation->id);
    (void)text_copy(task->snapshot_id, sizeof task->snapshot_id, operation->snapshot_id);
    task->next = service->snapshot_tasks;
    service->snapshot_tasks = task;
    return task;
}

void snapshot_transfers_begin(struct app_service *service,
                              const struct snapshot_operation *operation) {
    bool is_export = operation->kind == SNAPSHOT_OPERATION_EXPORT;
    char directory[FILE_PATH_MAX];
    char bucket[ENHANCED_BUCKET_ARN_SIZE];
    struct error err;

    if (*place_of(service, operation->id) != NULL) return;
    struct snapshot_task *task = add_task(service, operation);
    if (!state_files_published_directory(&service->state_files, operation->snapshot_id, directory,
                                         &err) ||
        !arn_parse_bucket(operation->location.bucket_arn, bucket, sizeof bucket, &err)) {
        end_task(task, TRANSFER_FAULT_NO_SUCH_BUCKET, 0, err.message);
        return;
    }
    if (!snapshot_transfer_is_offered(&service->transfers)) {
        end_task(task, TRANSFER_FAULT_INTERNAL, 0, "This kobel has no access to buckets.");
        return;
    }
    struct transfer_order order = {
        .id = task->operation_id,
        .kind = is_export ? TRANSFER_EXPORT : TRANSFER_IMPORT,
        .directory = directory,
        .bucket = bucket,
        .prefix = is_export ? operation->exported_prefix : operation->location.key_prefix,
    };
    char prefix[sizeof operation->location.key_prefix + 1];
    // A prefix without a slash at its end is the directory of that name (facts/api.md 12.6).
    if (!text_ends_with(order.prefix, "/")) {
        (void)text_format(prefix, sizeof prefix, "%s/", order.prefix);
        order.prefix = prefix;
    }
    snapshot_transfer_begin(&service->transfers, &order, on_done, service);
}

void snapshot_transfers_find_end(struct app_service *service, const char *operation_id,
                                 bool *out_ended, struct snapshot_transfer_end *out_end) {
    const struct snapshot_task *task = *place_of(service, operation_id);

    *out_ended = task != NULL && task->has_ended;
    if (*out_ended) *out_end = task->end;
}

void snapshot_transfers_forget(struct app_service *service, const char *operation_id) {
    struct snapshot_task **place = place_of(service, operation_id);
    struct snapshot_task *task = *place;

    if (task == NULL) return;
    *place = task->next;
    memory_free(task);
}

void snapshot_transfers_free(struct app_service *service) {
    while (service->snapshot_tasks != NULL) {
        struct snapshot_task *task = service->snapshot_tasks;
        service->snapshot_tasks = task->next;
        memory_free(task);
    }
}
