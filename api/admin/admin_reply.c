#include "api/admin/admin_reply.h"

#include "base/json.h"

struct admin_reply admin_reply_json(int status, json_t *body) {
    struct admin_reply reply = {status, ADMIN_REPLY_JSON_TYPE, json_print(body)};

    json_decref(body);
    return reply;
}

struct admin_reply admin_reply_error(int status, const char *kind, const char *message) {
    json_t *body = json_new_object();
    json_t *error = json_new_object();

    json_put_text(error, "kind", kind);
    json_put_text(error, "message", message);
    json_put(body, "error", error);
    return admin_reply_json(status, body);
}

struct admin_reply admin_reply_failure(const struct error *err) {
    int status = 400;

    if (err->kind == ERROR_NOT_FOUND) status = 404;
    if (err->kind == ERROR_CONFLICT) status = 409;
    if (err->kind == ERROR_SYSTEM) status = 500;
    if (err->kind == ERROR_UNAVAILABLE) status = 503;
    return admin_reply_error(status, error_kind_name(err->kind), err->message);
}
