// The operations on parts of a configuration and on its versions: logging options, VPC
// configurations, the maintenance window, DescribeApplicationVersion, ListApplicationVersions,
// RollbackApplication.
#include "api/encode.h"
#include "api/operations.h"
#include "api/paging.h"
#include "base/json.h"
#include "base/memory.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"
#include "model/arn.h"
#include "model/record.h"

static const char LOGGING[] = "CloudWatchLoggingOptionDescriptions";

// --- sub-resources ---

// What all four answers have in common.
static json_t *new_edit_reply(const struct app_detail *detail, const char *operation_id) {
    json_t *reply = json_new_object();
    char arn[ARN_SIZE];

    arn_of_app(&detail->app.scope, detail->app.name, arn);
    json_put_text(reply, "ApplicationARN", arn);
    json_put_int(reply, "ApplicationVersionId", detail->app.version);
    if (operation_id[0] != '\0') json_put_text(reply, "OperationId", operation_id);
    return reply;
}

static void add_logging(json_t *reply, const struct app_detail *detail) {
    json_put_copy(reply, LOGGING, json_member(detail->version.config, LOGGING));
}

// Of the only option a delete leaves nothing, and the service then leaves the member out
// (facts/api.md 5.14).
static void add_logging_left(json_t *reply, const struct app_detail *detail) {
    const json_t *left = json_member(detail->version.config, LOGGING);

    if (json_array_size(left) > 0) json_put_copy(reply, LOGGING, left);
}

static void add_vpc(json_t *reply, const struct app_detail *detail) {
    json_put_copy(reply, "VpcConfigurationDescription",
                  json_array_get(record_vpcs(detail->version.config), 0));
}

static void add_nothing(json_t *reply, const struct app_detail *detail) {
    (void)reply;
    (void)detail;
}

static void edit(struct call *call, enum sub_resource_edit edit,
                 void (*add)(json_t *reply, const struct app_detail *detail)) {
    AUTO(app_detail_release) struct app_detail detail = {0};
    char operation_id[APP_OPERATION_ID_SIZE];
    struct error err;

    if (!app_service_edit_sub_resource(call->context->service, &call->scope, call_app_name(call),
                                       edit, call->request, &detail, operation_id, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = new_edit_reply(&detail, operation_id);
    add(reply, &detail);
    call_reply(call, reply);
}

void ops_add_logging_option(struct call *call) {
    edit(call, SUB_RESOURCE_ADD_LOGGING, add_logging);
}

void ops_delete_logging_option(struct call *call) {
    edit(call, SUB_RESOURCE_REMOVE_LOGGING, add_logging_left);
}

void ops_add_vpc_configuration(struct call *call) {
    edit(call, SUB_RESOURCE_ADD_VPC, add_vpc);
}

void ops_delete_vpc_configuration(struct call *call) {
    edit(call, SUB_RESOURCE_REMOVE_VPC, add_nothing);
}

void ops_update_maintenance_configuration(struct call *call) {
    const json_t *update = json_member(call->request, "ApplicationMaintenanceConfigurationUpdate");
    struct app app;
    struct error err;

    if (!app_service_set_maintenance(
            call->context->service, &call->scope, call_app_name(call),
            json_text_or(update, "ApplicationMaintenanceWindowStartTimeUpdate", ""), &app, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    char arn[ARN_SIZE];
    arn_of_app(&app.scope, app.name, arn);
    json_put_text(reply, "ApplicationARN", arn);
    json_put(reply, "ApplicationMaintenanceConfigurationDescription", encode_maintenance(&app));
    call_reply(call, reply);
}

// --- versions ---

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

    if (!paging_start(call, &before, &err) ||
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
