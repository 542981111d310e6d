#include "api/admin.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "openapi/document.h"

#include <unistd.h>

static const char JSON_TYPE[] = "application/json";

static struct admin_reply reply_json(int status, json_t *body) {
    struct admin_reply reply = {status, JSON_TYPE, json_print(body)};

    json_decref(body);
    return reply;
}

static struct admin_reply reply_error(int status, const char *kind, const char *message) {
    json_t *body = json_new_object();
    json_t *error = json_new_object();

    json_put_text(error, "kind", kind);
    json_put_text(error, "message", message);
    json_put(body, "error", error);
    return reply_json(status, body);
}

static struct admin_reply health(const struct http_server_options *options,
                                 struct app_service *service) {
    json_t *body = json_new_object();

    (void)service;
    json_put_text(body, "status", "ok");
    json_put_text(body, "version", options->version);
    return reply_json(200, body);
}

static struct admin_reply readiness(const struct http_server_options *options,
                                    struct app_service *service) {
    struct error err;

    bool is_ready = app_service_check_writable(service, &err) &&
                    (options->is_ready == NULL || options->is_ready(options->userdata, &err));
    if (!is_ready) return reply_error(503, error_kind_name(err.kind), err.message);
    json_t *body = json_new_object();
    json_put_text(body, "status", "ready");
    return reply_json(200, body);
}

static struct admin_reply status(const struct http_server_options *options,
                                 struct app_service *service) {
    json_t *body = NULL;
    struct error err;

    if (!app_service_status(service, &body, &err))
        return reply_error(500, error_kind_name(err.kind), err.message);
    json_put_text(body, "version", options->version);
    json_put_int(body, "pid", getpid());
    if (options->add_status != NULL) options->add_status(options->userdata, body);
    return reply_json(200, body);
}

static struct admin_reply document(const struct http_server_options *options,
                                   struct app_service *service) {
    size_t size_bytes;
    const char *text = document_text(&size_bytes);

    (void)options;
    (void)service;
    return (struct admin_reply){200, JSON_TYPE, memory_copy_text(text)};
}

typedef struct admin_reply route_fn(const struct http_server_options *options,
                                    struct app_service *service);

static const struct {
    const char *path;
    route_fn *answer;
} routes[] = {
    {"/healthz", health},
    {"/readyz", readiness},
    {"/kobel/v1/status", status},
    {"/kobel/v1/openapi.json", document},
};

bool admin_answer(const struct http_server_options *options, struct app_service *service,
                  const char *method, const char *path, struct admin_reply *out_reply) {
    bool is_get = text_equal(method, "GET") || text_equal(method, "HEAD");

    for (size_t index = 0; index < COUNT_OF(routes); index++) {
        if (!text_equal(routes[index].path, path)) continue;
        *out_reply = is_get ? routes[index].answer(options, service)
                            : reply_error(405, "method", "GET and HEAD only");
        return true;
    }
    if (!text_starts_with(path, "/kobel/")) return false;
    *out_reply = reply_error(404, "not-found", "no such path");
    return true;
}
