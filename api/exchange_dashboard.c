// Pages of dashboards.
#include "api/admin/flink_proxy.h"
#include "api/exchange_parts.h"
#include "api/traffic.h"

#include <string.h>

static void on_dashboard(void *userdata, const struct flink_proxy_answer *answer) {
    struct exchange *exchange = userdata;

    exchange_set_body(exchange, answer->status, answer->content_type, answer->body,
                      answer->size_bytes);
    (void)MHD_add_response_header(exchange->response, "Content-Security-Policy", FLINK_PROXY_CSP);
    (void)MHD_add_response_header(exchange->response, "X-Content-Type-Options", "nosniff");
    // The path contains the session.
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
    static const char crowded[] = "Too many pages of dashboards are being fetched. Try again.\n";
    struct flink_proxy_request request = {.method = exchange->method,
                                          .path = exchange->path,
                                          .query = exchange->query,
                                          .cookie = exchange_header(exchange, "Cookie"),
                                          .origin = exchange_header(exchange, "Origin"),
                                          .accept = exchange_header(exchange, "Accept")};
    const struct api_context *context = &exchange->shared->context;
    struct flink_proxy_options options = {.service = context->service,
                                          .clock = context->clock,
                                          .token_key = context->token_key,
                                          .used_links = exchange->shared->used_links};

    exchange->place = traffic_reserve_place(&exchange->shared->traffic->pages, TRAFFIC_PAGES_MAX);
    if (exchange->place == NULL) {
        exchange_set_body(exchange, 503, "text/plain", crowded, strlen(crowded));
        return;
    }
    exchange->cancel = cancel_dashboard;
    exchange->waiting = flink_proxy_begin(&options, &request, on_dashboard, exchange);
}
