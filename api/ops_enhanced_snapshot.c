// The operations on enhanced snapshots (facts/api.md 12.3).
#include "api/encode_enhanced.h"
#include "api/operations.h"
#include "api/paging.h"
#include "base/json.h"
#include "base/memory.h"
#include "controller/commands/app_service_snapshots.h"
#include "model/arn.h"

static const char *name_of(const struct call *call) {
    return json_text_or(call->request, "SnapshotName", "");
}

// --- commands ---

static json_t *reply_of(const struct snapshot_operation *operation) {
    json_t *reply = json_new_object();

    json_put_text(reply, "SnapshotOperationId", operation->id);
    json_put_text(reply, "SnapshotOperationStatus", operation_status_name(operation->status));
    return reply;
}

static void answer(struct call *call, bool is_done, const struct snapshot_answer *done,
                   const struct error *err) {
    char arn[ARN_SIZE];

    if (!is_done) {
        call_fail(call, err);
        return;
    }
    json_t *reply = reply_of(&done->operation);
    arn_of_snapshot(&call->scope, done->snapshot.name, arn);
    json_put_text(reply, "SnapshotArn", arn);
    json_put_text(reply, "SnapshotStatus", snapshot_status_name(done->snapshot.status));
    call_reply(call, reply);
}

void ops_create_snapshot(struct call *call) {
    struct snapshot_answer done;
    struct error err;
    bool is_done = app_service_snapshot_create(call->context->service, &call->scope, call->request,
                                               &done, &err);

    answer(call, is_done, &done, &err);
}

void ops_import_snapshot(struct call *call) {
    struct snapshot_answer done;
    struct error err;
    bool is_done = app_service_snapshot_import(call->context->service, &call->scope, call->request,
                                               &done, &err);

    answer(call, is_done, &done, &err);
}

void ops_delete_snapshot(struct call *call) {
    int64_t created_at_ms = call_time_ms(call, "SnapshotCreationTimestamp");
    struct snapshot_answer done;
    struct error err;
    bool is_done = app_service_snapshot_delete(call->context->service, &call->scope, name_of(call),
                                               created_at_ms, &done, &err);

    answer(call, is_done, &done, &err);
}

// Its reply says nothing about the snapshot, which stays as it is.
void ops_export_snapshot(struct call *call) {
    struct snapshot_answer done;
    struct error err;

    if (!app_service_snapshot_export(call->context->service, &call->scope, call->request, &done,
                                     &err)) {
        call_fail(call, &err);
        return;
    }
    call_reply(call, reply_of(&done.operation));
}

// --- questions ---

void ops_describe_snapshot(struct call *call) {
    struct enhanced_snapshot snapshot;
    struct error err;

    if (!app_service_snapshot_describe(call->context->service, &call->scope, name_of(call),
                                       &snapshot, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_put(reply, "SnapshotInfoDetails", encode_enhanced(&snapshot));
    call_reply(call, reply);
}

void ops_list_snapshots(struct call *call) {
    size_t limit = paging_limit(call);
    AUTO(memory_free)
    struct enhanced_snapshot *list = memory_alloc((limit + 1) * sizeof *list);
    struct enhanced_filter filter = {
        .app_name = json_text(call->request, "SourceApplicationName"),
        .initiator = json_text(call->request, "SnapshotInitiator"),
        .maker = json_text(call->request, "SnapshotInitiatorOperation"),
        .status = json_text(call->request, "SnapshotStatus"),
    };
    size_t count;
    struct error err;

    if (!paging_start(call, INT64_MAX, &filter.before_sequence, &err) ||
        !app_service_snapshot_list(call->context->service, &call->scope, &filter, list, limit + 1,
                                   &count, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_t *infos = json_new_array();
    for (size_t index = 0; index < count && index < limit; index++)
        json_add(infos, encode_enhanced_summary(&list[index]));
    json_put(reply, "SnapshotInfoList", infos);
    if (count > limit) paging_put_token(call, reply, list[limit - 1].sequence);
    call_reply(call, reply);
}
