// StartApplication, StopApplication, and the operations that they and other commands begin.
#include "api/encode.h"
#include "api/operations.h"
#include "api/paging.h"
#include "base/json.h"
#include "base/memory.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"

static void reply_operation_id(struct call *call, const char *operation_id) {
    json_t *reply = json_new_object();

    json_put_text(reply, "OperationId", operation_id);
    call_reply(call, reply);
}

void ops_start_application(struct call *call) {
    char operation_id[APP_OPERATION_ID_SIZE];
    struct error err;

    if (app_service_start(call->context->service, &call->scope, call_app_name(call),
                          json_member(call->request, "RunConfiguration"), operation_id, &err))
        reply_operation_id(call, operation_id);
    else
        call_fail(call, &err);
}

void ops_stop_application(struct call *call) {
    char operation_id[APP_OPERATION_ID_SIZE];
    struct error err;

    if (app_service_stop(call->context->service, &call->scope, call_app_name(call),
                         json_bool_or(call->request, "Force", false), operation_id, &err))
        reply_operation_id(call, operation_id);
    else
        call_fail(call, &err);
}

void ops_describe_application_operation(struct call *call) {
    struct operation operation;
    struct error err;

    if (!app_service_describe_operation(call->context->service, &call->scope, call_app_name(call),
                                        json_text_or(call->request, "OperationId", ""), &operation,
                                        &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_put(reply, "ApplicationOperationInfoDetails", encode_operation(&operation));
    call_reply(call, reply);
}

void ops_list_application_operations(struct call *call) {
    size_t limit = paging_limit(call);
    AUTO(memory_free) struct operation *list = memory_alloc((limit + 1) * sizeof *list);
    struct operation_filter filter = {.name = json_text(call->request, "Operation")};
    size_t count;
    struct error err;

    filter.has_status =
        operation_status_from_name(json_text(call->request, "OperationStatus"), &filter.status);
    if (!paging_start(call, INT64_MAX, &filter.before_sequence, &err) ||
        !app_service_list_operations(call->context->service, &call->scope, call_app_name(call),
                                     &filter, list, limit + 1, &count, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_t *infos = json_new_array();
    for (size_t index = 0; index < count && index < limit; index++)
        json_add(infos, encode_operation_summary(&list[index]));
    json_put(reply, "ApplicationOperationInfoList", infos);
    if (count > limit) paging_put_token(call, reply, list[limit - 1].sequence);
    call_reply(call, reply);
}
