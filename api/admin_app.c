// /kobel/v1/applications/<name>: how it is; /faults: make something go wrong.
#include "api/admin.h"
#include "base/json.h"
#include "base/text.h"

#include <string.h>

static const char PREFIX[] = "/kobel/v1/applications/";

bool admin_app_path(const struct admin_request *request, struct app_scope *out_scope,
                    char out_name[static APP_NAME_SIZE], const char **out_rest) {
    struct app_scope scope = request->scope;

    if (!text_starts_with(request->path, PREFIX)) return false;
    const char *name = request->path + strlen(PREFIX);
    size_t length = strcspn(name, "/");
    if (length == 0 || length >= APP_NAME_SIZE) return false;
    (void)text_format(out_name, APP_NAME_SIZE, "%.*s", (int)length, name);
    (void)admin_parameter(request->query, "account", scope.account, sizeof scope.account);
    (void)admin_parameter(request->query, "region", scope.region, sizeof scope.region);
    *out_scope = scope;
    *out_rest = name[length] == '/' ? name + length + 1 : "";
    return true;
}

static struct admin_reply show(const struct admin_request *request, const struct app_scope *scope,
                               const char *name) {
    json_t *body = NULL;
    struct error err;

    if (!app_service_show(request->service, scope, name, &body, &err))
        return admin_reply_failure(&err);
    return admin_reply_json(200, body);
}

// {"fault": "kill-taskmanager"}, {"fault": "delay", "for": "2s"}
static struct admin_reply inject(const struct admin_request *request, const struct app_scope *scope,
                                 const char *name) {
    AUTO(json_decref) json_t *body = NULL;
    int64_t delay_ms = 0;
    struct error err;

    if (!json_parse(request->body, request->body_bytes, &body, &err))
        return admin_reply_failure(&err);
    const char *delay = json_text(body, "for");
    if (delay != NULL && !text_to_ms(delay, &delay_ms))
        return admin_reply_error(400, "invalid", "\"for\" is a time such as 500ms or 2s");
    if (!app_service_inject(request->service, scope, name, json_text_or(body, "fault", ""),
                            delay_ms, &err))
        return admin_reply_failure(&err);
    return admin_reply_json(200, json_new_object());
}

struct admin_reply admin_app_answer(const struct admin_request *request,
                                    const struct app_scope *scope, const char *name,
                                    const char *rest) {
    bool is_get = text_equal(request->method, "GET") || text_equal(request->method, "HEAD");

    if (text_equal(rest, "")) {
        if (is_get) return show(request, scope, name);
        return admin_reply_error(405, "method", "GET and HEAD only");
    }
    if (text_equal(rest, "faults")) {
        if (text_equal(request->method, "POST")) return inject(request, scope, name);
        return admin_reply_error(405, "method", "POST only");
    }
    return admin_reply_error(404, "not-found", "no such path");
}
