// Answers that wait for something to happen, or are sent piece by piece: events, logs and metrics.
#include "api/admin/admin.h"
#include "api/exchange_parts.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

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

bool exchange_wants_stream(const struct exchange *exchange) {
    const char *accept = exchange_header(exchange, "Accept");

    return accept != NULL && strstr(accept, "text/event-stream") != NULL;
}

static void set_error(struct exchange *exchange, int status, const char *kind, const char *text) {
    struct admin_reply reply = admin_reply_error(status, kind, text);

    exchange_set_admin(exchange, &reply);
    memory_free(reply.body);
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
    set_error(exchange, 503, "crowded", text);
    return false;
}

void exchange_begin_events(struct exchange *exchange, const struct app_scope *scope,
                           const char *name) {
    struct event_question question = {.scope = *scope};
    char after[24];
    char wait[24];
    int64_t wait_s = 0;

    (void)text_copy(question.name, sizeof question.name, name);
    if (admin_parameter(exchange->query, "after", after, sizeof after))
        (void)text_to_int64(after, &question.after_sequence);
    if (exchange_wants_stream(exchange)) {
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

// --- logs that are followed ---

// False: enough requests follow logs; answered.
static bool take_followers_place(struct exchange *exchange) {
    exchange->is_follower =
        traffic_take_place(&exchange->parts->traffic->followers, TRAFFIC_FOLLOWERS_MAX);
    if (exchange->is_follower) return true;
    AUTO(memory_free)
    char *text = memory_format("%d requests follow logs already: ask for pages, or later",
                               (int)TRAFFIC_FOLLOWERS_MAX);
    set_error(exchange, 503, "crowded", text);
    return false;
}

void exchange_begin_logs(struct exchange *exchange, const struct app_scope *scope,
                         const char *name) {
    struct log_stream_options options = {.loop = exchange->parts->loop,
                                         .service = exchange->parts->context.service,
                                         .scope = *scope,
                                         .sleep = sleep_stream,
                                         .wake = wake_stream,
                                         .userdata = exchange};
    struct error err;

    if (!take_followers_place(exchange)) return;
    (void)text_copy(options.name, sizeof options.name, name);
    if (log_stream_new(&options, &exchange->logs, &err)) {
        exchange_take_response(exchange, 200, "text/event-stream",
                               log_stream_response(exchange->logs));
        return;
    }
    struct admin_reply reply = admin_reply_failure(&err);
    exchange_set_admin(exchange, &reply);
    memory_free(reply.body);
}

// --- metrics, which are sent in pieces ---

void exchange_begin_exposition(struct exchange *exchange) {
    static const char type[] = "text/plain; version=0.0.4; charset=utf-8";
    struct exposition_reply_options options = {.loop = exchange->parts->loop,
                                               .service = exchange->parts->context.service,
                                               .sleep = sleep_stream,
                                               .wake = wake_stream,
                                               .userdata = exchange};

    if (!text_equal(exchange->method, "GET") && !text_equal(exchange->method, "HEAD")) {
        set_error(exchange, 405, "method", "GET and HEAD only");
        return;
    }
    exchange->exposition = exposition_reply_new(&options);
    exchange_take_response(exchange, 200, type, exposition_reply_response(exchange->exposition));
}
