// The operations of enhanced snapshots: DescribeSnapshotOperation, ListSnapshotOperations. They
// stay for a time of the clock, so that no reply may be kept (facts/api.md 12.4).
#include "api/encode_enhanced.h"
#include "api/operations.h"
#include "api/paging.h"
#include "base/json.h"
#include "base/memory.h"
#include "controller/commands/app_service_snapshots.h"

void ops_describe_snapshot_operation(struct call *call) {
    struct snapshot_operation operation;
    struct error err;

    call->is_fleeting = true;
    if (!app_service_snapshot_describe_operation(
            call->context->service, &call->scope, json_text_or(call->request, "SnapshotName", ""),
            json_text_or(call->request, "SnapshotOperationId", ""), &operation, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_put(reply, "SnapshotOperationInfoDetails", encode_enhanced_operation(&operation));
    call_reply(call, reply);
}

void ops_list_snapshot_operations(struct call *call) {
    size_t limit = paging_limit(call);
    AUTO(memory_free)
    struct snapshot_operation *list = memory_alloc((limit + 1) * sizeof *list);
    struct snapshot_operation_filter filter = {
        .kind = json_text(call->request, "SnapshotOperation"),
        .status = json_text(call->request, "SnapshotOperationStatus"),
    };
    size_t count;
    struct error err;

    call->is_fleeting = true;
    if (!paging_start(call, INT64_MAX, &filter.before_sequence, &err) ||
        !app_service_snapshot_list_operations(call->context->service, &call->scope,
                                              json_text_or(call->request, "SnapshotName", ""),
                                              &filter, list, limit + 1, &count, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_t *infos = json_new_array();
    for (size_t index = 0; index < count && index < limit; index++)
        json_add(infos, encode_enhanced_operation_summary(&list[index]));
    json_put(reply, "SnapshotOperationInfoList", infos);
    if (count > limit) paging_put_token(call, reply, list[limit - 1].sequence);
    call_reply(call, reply);
}
