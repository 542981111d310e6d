// CreateApplicationPresignedUrl.
#include "api/admin/access_token.h"
#include "api/operations.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/commands/app_service_own.h"

static const int64_t DURATION_DEFAULT_S = 43200;

void ops_create_application_presigned_url(struct call *call) {
    const char *name = call_app_name(call);
    struct access access = {.kind = ACCESS_LINK, .scope = call->scope};
    char token[ACCESS_TOKEN_SIZE];
    struct error err;

    if (!app_service_check_dashboard(call->context->service, &call->scope, name, &err)) {
        call_fail(call, &err);
        return;
    }
    if (!text_equal(json_text(call->request, "UrlType"), "FLINK_DASHBOARD_URL")) {
        (void)error_set(&err, ERROR_INVALID,
                        "UrlType ZEPPELIN_UI_URL is not valid for a Flink application.");
        call_fail(call, &err);
        return;
    }
    (void)text_copy(access.name, sizeof access.name, name);
    access.issued_s = clock_now_ms(&call->context->clock) / 1000;
    access.duration_s =
        json_int_or(call->request, "SessionExpirationDurationInSeconds", DURATION_DEFAULT_S);
    access_token_make(call->context->token_key, &access, token);
    AUTO(memory_free)
    char *url = memory_format("http://%s/flink/%s/?authToken=%s", call->host, name, token);
    json_t *reply = json_new_object();
    json_put_text(reply, "AuthorizedUrl", url);
    call_reply(call, reply);
}
