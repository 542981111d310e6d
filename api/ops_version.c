// DescribeApplicationVersion, ListApplicationVersions, RollbackApplication.
#include "api/encode.h"
#include "api/operations.h"
#include "api/paging.h"
#include "base/json.h"
#include "base/memory.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"

void ops_describe_application_version(struct call *call) {
    AUTO(app_detail_release) struct app_detail detail = {0};
    struct error err;

    if (!app_service_describe_version(call->context->service, &call->scope, call_app_name(call),
                                      json_int_or(call->request, "ApplicationVersionId", 0),
                                      &detail, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_put(reply, "ApplicationVersionDetail", encode_app_consuming(&detail));
    call_reply(call, reply);
}

void ops_list_application_versions(struct call *call) {
    size_t limit = paging_limit(call);
    AUTO(memory_free) struct app_version_summary *list = memory_alloc((limit + 1) * sizeof *list);
    int64_t before;
    size_t count;
    struct error err;

    if (!paging_start(call, INT64_MAX, &before, &err) ||
        !app_service_list_versions(call->context->service, &call->scope, call_app_name(call),
                                   before, list, limit + 1, &count, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_t *summaries = json_new_array();
    for (size_t index = 0; index < count && index < limit; index++) {
        json_t *summary = json_new_object();
        json_put_int(summary, "ApplicationVersionId", list[index].version);
        json_put_text(summary, "ApplicationStatus", app_status_name(list[index].status));
        json_add(summaries, summary);
    }
    json_put(reply, "ApplicationVersionSummaries", summaries);
    if (count > limit) paging_put_token(call, reply, list[limit - 1].version);
    call_reply(call, reply);
}

void ops_rollback_application(struct call *call) {
    AUTO(app_detail_release) struct app_detail detail = {0};
    char operation_id[APP_OPERATION_ID_SIZE];
    struct error err;

    if (!app_service_roll_back(call->context->service, &call->scope, call_app_name(call),
                               call->request, &detail, operation_id, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_put(reply, "ApplicationDetail", encode_app_consuming(&detail));
    json_put_text(reply, "OperationId", operation_id);
    call_reply(call, reply);
}
