// AddApplicationCloudWatchLoggingOption, AddApplicationVpcConfiguration and their deletes. Each
// makes a version, as an update does.
#include "base/text.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"
#include "controller/moves/version_change.h"
#include "controller/record/app_config_sub.h"
#include "model/app_detail.h"

static bool add_logging(json_t *config, const json_t *request, int64_t version, struct error *err) {
    return app_config_add_logging(config, json_member(request, "CloudWatchLoggingOption"), version,
                                  err);
}

static bool remove_logging(json_t *config, const json_t *request, int64_t version,
                           struct error *err) {
    (void)version;
    return app_config_remove_logging(config, json_text_or(request, "CloudWatchLoggingOptionId", ""),
                                     err);
}

static bool add_vpc(json_t *config, const json_t *request, int64_t version, struct error *err) {
    return app_config_add_vpc(config, json_member(request, "VpcConfiguration"), version, err);
}

static bool remove_vpc(json_t *config, const json_t *request, int64_t version, struct error *err) {
    (void)version;
    return app_config_remove_vpc(config, json_text_or(request, "VpcConfigurationId", ""), err);
}

// clang-format off
static const struct {
    const char *operation_name;
    bool (*apply)(json_t *config, const json_t *request, int64_t version, struct error *err);
} edits[SUB_RESOURCE_EDIT_COUNT] = {
    [SUB_RESOURCE_ADD_LOGGING]    = {"AddApplicationCloudWatchLoggingOption",    add_logging},
    [SUB_RESOURCE_REMOVE_LOGGING] = {"DeleteApplicationCloudWatchLoggingOption", remove_logging},
    [SUB_RESOURCE_ADD_VPC]        = {"AddApplicationVpcConfiguration",           add_vpc},
    [SUB_RESOURCE_REMOVE_VPC]     = {"DeleteApplicationVpcConfiguration",        remove_vpc},
};
// clang-format on

bool app_service_edit_sub_resource(struct app_service *service, const struct app_scope *scope,
                                   const char *name, enum sub_resource_edit edit,
                                   const json_t *request, struct app_detail *out_detail,
                                   char out_operation_id[static APP_OPERATION_ID_SIZE],
                                   struct error *err) {
    struct version_change change = {.operation_name = edits[edit].operation_name};
    AUTO(app_detail_release) struct app_detail old = {0};
    struct app_version *version = &out_detail->version;

    if (!app_service_describe(service, scope, name, &old, err)) return false;
    if (!version_change_check(&old, request, err)) return false;
    if (!version_change_begin(service, &old.app, version, err)) return false;
    (void)text_copy(version->code_sha256, sizeof version->code_sha256, old.version.code_sha256);
    version->config = json_copy_of(old.version.config);
    if (!edits[edit].apply(version->config, request, version->version, err)) return false;
    return version_change_apply(service, &old, &change, out_detail, out_operation_id, err);
}
