// Calls of the version 2015-08-14 (version_one.h).
#include "api/exchange_parts.h"
#include "api/fault.h"
#include "api/protocol.h"
#include "base/json.h"
#include "base/text.h"
#include "controller/commands/app_service_commands.h"

// No SQL application is there.
static const char EMPTY_LIST[] = "{\"ApplicationSummaries\":[],\"HasMoreApplications\":false}";

void exchange_answer_version_one(struct exchange *exchange, const struct protocol_call *read) {
    const char *operation = read->version_one;
    const char *name = json_text_or(read->request, "ApplicationName", "");
    bool is_nameless = text_equal(operation, "DiscoverInputSchema");
    const char *exception;
    struct error err;

    exchange->operation = operation;
    if (text_equal(operation, "ListApplications")) {
        exchange_set_json(exchange, 200, EMPTY_LIST, NULL);
        exchange_log_answer(exchange, NULL);
        return;
    }
    if (name[0] == '\0' && !is_nameless) {
        exception = "ValidationException";
        (void)error_set(&err, ERROR_INVALID,
                        "1 validation error detected: Value null at 'applicationName' failed to "
                        "satisfy constraint: Member must not be null");
    } else {
        app_service_refuse_version_one(exchange->shared->context.service, &read->scope, operation,
                                       is_nameless ? "" : name, &err);
        exception = fault_name(err.kind);
    }
    exchange_set_fault(exchange, fault_status(exception), exception, err.message);
    exchange_log_answer(exchange, exception);
}
