// The operations on logging options, VPC configurations and the maintenance window.
#include "api/encode.h"
#include "api/operations.h"
#include "base/json.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"
#include "model/arn.h"
#include "model/record.h"

static const char LOGGING[] = "CloudWatchLoggingOptionDescriptions";

// What the replies to the four edits have in common.
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

// The service leaves the member out when no option remains (facts/api.md 5.14).
static void add_remaining_logging(json_t *reply, const struct app_detail *detail) {
    const json_t *remaining = json_member(detail->version.config, LOGGING);

    if (json_array_size(remaining) > 0) json_put_copy(reply, LOGGING, remaining);
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
    edit(call, SUB_RESOURCE_REMOVE_LOGGING, add_remaining_logging);
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
