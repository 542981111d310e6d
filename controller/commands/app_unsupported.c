// The operations for SQL applications, which the service no longer supports (facts/api.md 8.1,
// 8.3).
#include "base/text.h"
#include "controller/commands/app_service_commands.h"
#include "controller/record/firehose.h"
#include "controller/service/service.h"

static bool names_firehose(const json_t *request) {
    const char *resource = json_text_or(request, "ResourceARN", "");

    return firehose_is_input(json_member(request, "Input")) || firehose_is_named(resource);
}

bool app_service_refuse_sql(struct app_service *service, const struct app_scope *scope,
                            const char *name, const char *operation, const json_t *request,
                            struct error *err) {
    bool has_name = name[0] != '\0';
    // Only the operation without an application may return this exception (facts/api.md 8.1).
    enum error_kind kind = has_name ? ERROR_INVALID : ERROR_UNSUPPORTED;
    struct app app;

    if (has_name && !service_find_app(service, scope, name, &app, err)) return false;
    if (names_firehose(request)) return firehose_refuse(kind, operation, err);
    if (!has_name)
        return error_set(err, kind,
                         "%s is for SQL applications, which are no longer supported. Use a Flink "
                         "application.",
                         operation);
    return error_set(err, kind, "%s is not valid for application %s, which is a Flink application.",
                     operation, name);
}

void app_service_refuse_version_one(struct app_service *service, const struct app_scope *scope,
                                    const char *operation, const char *name, struct error *err) {
    bool creates = text_equal(operation, "CreateApplication");
    struct app app;

    if (name[0] == '\0' || (creates && !service_find_app(service, scope, name, &app, err))) {
        (void)error_set(err, ERROR_UNSUPPORTED,
                        "%s of the kinesisanalytics SDK is for SQL applications, which are no "
                        "longer supported. Use a Flink application and the kinesisanalyticsv2 SDK.",
                        operation);
        return;
    }
    if (creates)
        (void)error_set(err, ERROR_EXISTS, "Application already exists.");
    else if (service_find_app(service, scope, name, &app, err))
        (void)error_set(err, ERROR_UNSUPPORTED,
                        "%s was created/updated by kinesisanalyticsv2 SDK. Please use "
                        "kinesisanalyticsv2 SDK to make changes to %s.",
                        name, name);
}
