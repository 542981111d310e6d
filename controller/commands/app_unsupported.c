// The operations for SQL applications, which the service no longer supports (facts/api.md 8.1).
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
