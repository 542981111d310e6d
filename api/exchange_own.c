// Exchanges beyond the service's API: dashboards, kobel's own paths, events and metrics as they
// come.
#include "api/admin.h"
#include "api/exchange_parts.h"
#include "api/flink_proxy.h"
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

    exchange->is_page = traffic_take_place(&exchange->parts->traffic->pages, TRAFFIC_PAGES_MAX);
    if (!exchange->is_page) {
        exchange_set_response(exchange, 503, "text/plain", crowded, strlen(crowded));
        return;
    }
    exchange->cancel = cancel_dashboard;
    exchange->waiting =
        flink_proxy_begin(&exchange->parts->context, &request, on_dashboard, exchange);
}

static void on_events(void *userdata, const struct admin_reply *reply, int64_t last_sequence) {
    struct exchange *exchange = userdata;

    (void)last_sequence;
    exchange_set_admin(exchange, reply);
    exchange_answered(exchange);
}

static void cancel_wait(void *waiting) {
    event_wait_cancel(waiting);
}

// --- events that are sent as they happen ---

static void sleep_stream(void *userdata) {
    struct exchange *exchange = userdata;

    exchange->is_suspended = true;
    MHD_suspend_connection(exchange->connection);
}

static void wake_stream(void *userdata) {
    struct exchange *exchange = userdata;

    exchange->parts->on_answered(exchange->parts->userdata, exchange);
}

struct stream_beginning {
    struct exchange *exchange;
    const struct event_question *question;
};

static void on_beginning(void *userdata, const struct admin_reply *reply, int64_t last_sequence) {
    const struct stream_beginning *beginning = userdata;
    struct exchange *exchange = beginning->exchange;
    struct event_stream_options options = {.waits = exchange->parts->waits,
                                           .question = *beginning->question,
                                           .sleep = sleep_stream,
                                           .wake = wake_stream,
                                           .userdata = exchange};

    if (reply->status != 200) {
        exchange_set_admin(exchange, reply);
        return;
    }
    options.question.after_sequence = last_sequence;
    exchange->stream = event_stream_new(&options, reply->body);
    exchange_take_response(exchange, reply->status, reply->content_type,
                           event_stream_response(exchange->stream));
}

// A client that was cut off says where it was.
static void begin_stream(struct exchange *exchange, struct event_question *question) {
    struct stream_beginning beginning = {exchange, question};
    const char *last = exchange_header(exchange, "Last-Event-ID");

    if (last != NULL) (void)text_to_int64(last, &question->after_sequence);
    question->is_stream = true;
    question->wait_ms = 0;
    (void)event_wait_begin(exchange->parts->waits, question, on_beginning, &beginning);
}

static bool wants_stream(const struct exchange *exchange) {
    const char *accept = exchange_header(exchange, "Accept");

    return accept != NULL && strstr(accept, "text/event-stream") != NULL;
}

// False: enough requests wait; answered.
static bool take_waiting_place(struct exchange *exchange) {
    exchange->is_waiting =
        traffic_take_place(&exchange->parts->traffic->waiting, TRAFFIC_WAITING_MAX);
    if (exchange->is_waiting) return true;
    AUTO(memory_free)
    char *text =
        memory_format("%d requests wait for events already: ask without \"wait\", or later",
                      (int)TRAFFIC_WAITING_MAX);
    struct admin_reply reply = admin_reply_error(503, "crowded", text);
    exchange_set_admin(exchange, &reply);
    memory_free(reply.body);
    return false;
}

static void begin_events(struct exchange *exchange, const struct app_scope *scope,
                         const char *name) {
    struct event_question question = {.scope = *scope};
    char after[24];
    char wait[24];
    int64_t wait_s = 0;

    (void)text_copy(question.name, sizeof question.name, name);
    if (admin_parameter(exchange->query, "after", after, sizeof after))
        (void)text_to_int64(after, &question.after_sequence);
    if (wants_stream(exchange)) {
        if (take_waiting_place(exchange)) begin_stream(exchange, &question);
        return;
    }
    if (admin_parameter(exchange->query, "wait", wait, sizeof wait))
        (void)text_to_int64(wait, &wait_s);
    // Less than what a connection may be idle.
    question.wait_ms = (wait_s < 0 ? 0 : wait_s > 50 ? 50 : wait_s) * 1000;
    if (question.wait_ms > 0 && !take_waiting_place(exchange)) return;
    exchange->cancel = cancel_wait;
    exchange->waiting = event_wait_begin(exchange->parts->waits, &question, on_events, exchange);
}

// --- metrics, which are sent in pieces ---

static void begin_exposition(struct exchange *exchange) {
    static const char type[] = "text/plain; version=0.0.4; charset=utf-8";
    struct exposition_reply_options options = {.loop = exchange->parts->loop,
                                               .service = exchange->parts->context.service,
                                               .sleep = sleep_stream,
                                               .wake = wake_stream,
                                               .userdata = exchange};

    if (!text_equal(exchange->method, "GET") && !text_equal(exchange->method, "HEAD")) {
        struct admin_reply reply = admin_reply_error(405, "method", "GET and HEAD only");
        exchange_set_admin(exchange, &reply);
        memory_free(reply.body);
        return;
    }
    exchange->exposition = exposition_reply_new(&options);
    exchange_take_response(exchange, 200, type, exposition_reply_response(exchange->exposition));
}

bool exchange_begin_own(struct exchange *exchange) {
    const struct exchange_parts *parts = exchange->parts;
    struct admin_request request = {.options = &parts->options,
                                    .service = parts->context.service,
                                    .method = exchange->method,
                                    .path = exchange->path,
                                    .query = exchange->query,
                                    .body = buffer_text(&exchange->body),
                                    .body_bytes = exchange->body.size_bytes};
    char name[APP_NAME_SIZE];
    struct app_scope scope;
    struct admin_reply reply;
    const char *rest;

    if (text_equal(exchange->path, "/")) return false;
    if (text_equal(exchange->path, ADMIN_METRICS_PATH)) {
        begin_exposition(exchange);
        return true;
    }
    protocol_scope(exchange_header(exchange, "Authorization"), exchange_credential(exchange),
                   &request.scope);
    bool is_app = admin_app_path(&request, &scope, name, &rest);
    if (is_app && text_equal(rest, "events") && text_equal(exchange->method, "GET")) {
        begin_events(exchange, &scope, name);
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
