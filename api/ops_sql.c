// The operations for SQL applications, which the service does not offer any more.
#include "api/operations.h"
#include "controller/commands/app_service_commands.h"

void ops_sql_only(struct call *call) {
    struct error err;

    if (!app_service_refuse_sql(call->context->service, &call->scope, call_app_name(call),
                                call->operation->name, call->request, &err))
        call_fail(call, &err);
}
