// CreateApplication, UpdateApplication, DescribeApplication, ListApplications, DeleteApplication.
#include "api/encode.h"
#include "api/operations.h"
#include "api/paging.h"
#include "base/json.h"
#include "base/memory.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"

static void on_done(void *userdata, struct app_detail *detail, const char *operation_id,
                    const struct error *err) {
    struct call *call = userdata;

    if (err != NULL) {
        call_fail(call, err);
        return;
    }
    json_t *reply = json_new_object();
    json_put(reply, "ApplicationDetail", encode_app_consuming(detail));
    if (operation_id[0] != '\0') json_put_text(reply, "OperationId", operation_id);
    call_reply(call, reply);
}

void ops_create_application(struct call *call) {
    app_service_create(call->context->service, &call->scope, call_app_name(call), call->request,
                       &call->code, on_done, call);
}

void ops_update_application(struct call *call) {
    app_service_update(call->context->service, &call->scope, call_app_name(call), call->request,
                       &call->code, on_done, call);
}

void ops_describe_application(struct call *call) {
    bool wants_more = json_bool_or(call->request, "IncludeAdditionalDetails", false);
    struct app_service *service = call->context->service;
    const char *name = call_app_name(call);
    AUTO(app_detail_release) struct app_detail detail = {0};
    struct error err;

    call->is_fleeting = wants_more;
    bool is_found = wants_more
                        ? app_service_describe_with_plan(service, &call->scope, name, &detail, &err)
                        : app_service_describe(service, &call->scope, name, &detail, &err);
    if (!is_found) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_put(reply, "ApplicationDetail", encode_app_consuming(&detail));
    call_reply(call, reply);
}

void ops_list_applications(struct call *call) {
    size_t limit = paging_limit(call);
    AUTO(memory_free) struct app_summary *list = memory_alloc((limit + 1) * sizeof *list);
    char after[APP_NAME_SIZE];
    size_t count;
    struct error err;

    if (!paging_start_name(call, after, &err) ||
        !app_service_list(call->context->service, &call->scope, after, list, limit + 1, &count,
                          &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_t *summaries = json_new_array();
    for (size_t index = 0; index < count && index < limit; index++)
        json_add(summaries, encode_app_summary(&call->scope, &list[index]));
    json_put(reply, "ApplicationSummaries", summaries);
    if (count > limit) paging_put_name_token(call, reply, list[limit - 1].name);
    call_reply(call, reply);
}

void ops_delete_application(struct call *call) {
    struct error err;
    bool is_done = app_service_delete(call->context->service, &call->scope, call_app_name(call),
                                      json_int_or(call->request, "CreateTimestamp", 0), &err);

    call_finish(call, is_done, &err);
}
