// Exchanges beyond the service's API: dashboards and kobel's own paths.
#include "api/admin/admin.h"
#include "api/admin/flink_proxy.h"
#include "api/exchange_parts.h"
#include "api/protocol.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

static void on_dashboard(void *userdata, const struct flink_proxy_answer *answer) {
    struct exchange *exchange = userdata;

    exchange_set_response(exchange, answer->status, answer->content_type, answer->body,
                          answer->size_bytes);
    (void)MHD_add_response_header(exchange->response, "Content-Security-Policy", FLINK_PROXY_CSP);
    (void)MHD_add_response_header(exchange->response, "X-Content-Type-Options", "nosniff");
    // The address holds the session.
    (void)MHD_add_response_header(exchange->response, "Referrer-Policy", "no-referrer");
    if (answer->is_below_session) {
        (void)MHD_add_response_header(exchange->response, "Access-Control-Allow-Origin",
                                      HTTP_GUARD_OPAQUE_ORIGIN);
        (void)MHD_add_response_header(exchange->response, "Access-Control-Allow-Credentials",
                                      "true");
    }
    if (answer->location != NULL)
        (void)MHD_add_response_header(exchange->response, "Location", answer->location);
    if (answer->cookie != NULL)
        (void)MHD_add_response_header(exchange->response, "Set-Cookie", answer->cookie);
    exchange_answered(exchange);
}

static void cancel_dashboard(void *waiting) {
    flink_proxy_cancel(waiting);
}

void exchange_begin_dashboard(struct exchange *exchange) {
    static const char crowded[] = "Too many pages of dashboards are fetched at the moment.\n";
    struct flink_proxy_request request = {.method = exchange->method,
                                          .path = exchange->path,
                                          .query = exchange->query,
                                          .cookie = exchange_header(exchange, "Cookie"),
                                          .origin = exchange_header(exchange, "Origin"),
                                          .accept = exchange_header(exchange, "Accept")};
    const struct api_context *context = &exchange->parts->context;
    struct flink_proxy_options options = {
        .service = context->service, .clock = context->clock, .token_key = context->token_key};

    exchange->is_page = traffic_take_place(&exchange->parts->traffic->pages, TRAFFIC_PAGES_MAX);
    if (!exchange->is_page) {
        exchange_set_response(exchange, 503, "text/plain", crowded, strlen(crowded));
        return;
    }
    exchange->cancel = cancel_dashboard;
    exchange->waiting = flink_proxy_begin(&options, &request, on_dashboard, exchange);
}

bool exchange_begin_own(struct exchange *exchange) {
    const struct exchange_parts *parts = exchange->parts;
    struct admin_request request = {.options = &parts->options.admin,
                                    .service = parts->context.service,
                                    .method = exchange->method,
                                    .path = exchange->path,
                                    .query = exchange->query,
                                    .body = buffer_text(&exchange->body.json),
                                    .body_bytes = exchange->body.json.size_bytes};
    char name[APP_NAME_SIZE];
    struct app_scope scope;
    struct admin_reply reply;
    const char *rest;

    if (text_equal(exchange->path, "/")) return false;
    if (text_equal(exchange->path, ADMIN_METRICS_PATH)) {
        exchange_begin_exposition(exchange);
        return true;
    }
    protocol_scope(exchange_header(exchange, "Authorization"), exchange_credential(exchange),
                   &request.scope);
    bool is_app = admin_app_path(&request, &scope, name, &rest);
    if (is_app && text_equal(rest, "events") && text_equal(exchange->method, "GET")) {
        exchange_begin_events(exchange, &scope, name);
        return true;
    }
    if (is_app && text_equal(rest, "logs") && text_equal(exchange->method, "GET") &&
        exchange_wants_stream(exchange)) {
        exchange_begin_logs(exchange, &scope, name);
        return true;
    }
    if (is_app)
        reply = admin_app_answer(&request, &scope, name, rest);
    else if (!admin_answer(&request, &reply))
        return false;
    exchange_set_admin(exchange, &reply);
    memory_free(reply.body);
    return true;
}
