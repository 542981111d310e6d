// The four operations on application snapshots.
#include "api/encode.h"
#include "api/operations.h"
#include "api/paging.h"
#include "base/json.h"
#include "base/memory.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"

static const char *snapshot_of(const struct call *call) {
    return json_text_or(call->request, "SnapshotName", "");
}

void ops_create_application_snapshot(struct call *call) {
    struct error err;
    bool is_done = app_service_create_snapshot(call->context->service, &call->scope,
                                               call_app_name(call), snapshot_of(call), &err);

    call_finish(call, is_done, &err);
}

void ops_describe_application_snapshot(struct call *call) {
    struct snapshot snapshot;
    struct error err;

    if (!app_service_describe_snapshot(call->context->service, &call->scope, call_app_name(call),
                                       snapshot_of(call), &snapshot, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_put(reply, "SnapshotDetails", encode_snapshot(&snapshot));
    call_reply(call, reply);
}

void ops_list_application_snapshots(struct call *call) {
    size_t limit = paging_limit(call);
    AUTO(memory_free) struct snapshot *list = memory_alloc((limit + 1) * sizeof *list);
    int64_t after;
    size_t count;
    struct error err;

    if (!paging_start(call, 0, &after, &err) ||
        !app_service_list_snapshots(call->context->service, &call->scope, call_app_name(call),
                                    after, list, limit + 1, &count, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_t *summaries = json_new_array();
    for (size_t index = 0; index < count && index < limit; index++)
        json_add(summaries, encode_snapshot(&list[index]));
    json_put(reply, "SnapshotSummaries", summaries);
    if (count > limit) paging_put_token(call, reply, list[limit - 1].sequence);
    call_reply(call, reply);
}

void ops_delete_application_snapshot(struct call *call) {
    int64_t created_at_ms = call_time_ms(call, "SnapshotCreationTimestamp");
    struct error err;
    bool is_done =
        app_service_delete_snapshot(call->context->service, &call->scope, call_app_name(call),
                                    snapshot_of(call), created_at_ms, &err);

    call_finish(call, is_done, &err);
}
