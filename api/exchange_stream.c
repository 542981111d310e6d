// Answers that wait for something, or are sent piece by piece: events, logs, the operators of a
// program, and metrics.
#include "api/admin/event_stream.h"
#include "api/admin/event_wait.h"
#include "api/admin/exposition_reply.h"
#include "api/admin/log_stream.h"
#include "api/admin/program_reply.h"
#include "api/admin/snapshot_reply.h"
#include "api/exchange_parts.h"
#include "api/traffic.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

static void sleep_connection(void *userdata) {
    struct exchange *exchange = userdata;

    exchange->is_suspended = true;
    MHD_suspend_connection(exchange->connection);
}

static void wake_connection(void *userdata) {
    struct exchange *exchange = userdata;

    exchange->shared->on_answered(exchange->shared->userdata, exchange);
}

static struct pieces_connection connection_of(struct exchange *exchange) {
    return (struct pieces_connection){
        .sleep = sleep_connection, .wake = wake_connection, .userdata = exchange};
}

// --- events ---

static void on_events(void *userdata, const struct admin_reply *reply, int64_t last_sequence) {
    struct exchange *exchange = userdata;

    (void)last_sequence;
    exchange_set_admin(exchange, reply);
    exchange_answered(exchange);
}

static void cancel_wait(void *waiting) {
    event_wait_cancel(waiting);
}

static void free_events(void *source) {
    event_stream_free(source);
}

struct stream_beginning {
    struct exchange *exchange;
    const struct event_question *question;
};

static void on_beginning(void *userdata, const struct admin_reply *reply, int64_t last_sequence) {
    const struct stream_beginning *beginning = userdata;
    struct exchange *exchange = beginning->exchange;
    struct event_stream_options options = {.waits = exchange->shared->waits,
                                           .question = *beginning->question,
                                           .connection = connection_of(exchange)};

    if (reply->status != 200) {
        exchange_set_admin(exchange, reply);
        return;
    }
    options.question.after_sequence = last_sequence;
    struct event_stream *stream = event_stream_new(&options, reply->body);
    exchange->source = stream;
    exchange->free_source = free_events;
    exchange_set_response(exchange, reply->status, reply->content_type,
                          event_stream_response(stream));
}

// A client that connects again sends the id of the last event that it got.
static void begin_stream(struct exchange *exchange, struct event_question *question) {
    struct stream_beginning beginning = {exchange, question};
    const char *last = exchange_header(exchange, "Last-Event-ID");

    if (last != NULL) (void)text_to_int64(last, &question->after_sequence);
    question->is_stream = true;
    question->wait_ms = 0;
    (void)event_wait_begin(exchange->shared->waits, question, on_beginning, &beginning);
}

bool exchange_wants_stream(const struct exchange *exchange) {
    const char *accept = exchange_header(exchange, "Accept");

    return accept != NULL && strstr(accept, "text/event-stream") != NULL;
}

// False: too many requests wait, and the answer is set.
static bool reserve_waiting_place(struct exchange *exchange) {
    exchange->place =
        traffic_reserve_place(&exchange->shared->traffic->waiting, TRAFFIC_WAITING_MAX);
    if (exchange->place != NULL) return true;
    AUTO(memory_free)
    char *text =
        memory_format("%d requests wait for events already: ask without \"wait\", or later",
                      (int)TRAFFIC_WAITING_MAX);
    exchange_set_admin_error(exchange, 503, "crowded", text);
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
        if (reserve_waiting_place(exchange)) begin_stream(exchange, &question);
        return;
    }
    if (admin_parameter(exchange->query, "wait", wait, sizeof wait))
        (void)text_to_int64(wait, &wait_s);
    // Less than the idle time-out of connections.
    question.wait_ms = (wait_s < 0 ? 0 : wait_s > 50 ? 50 : wait_s) * 1000;
    if (question.wait_ms > 0 && !reserve_waiting_place(exchange)) return;
    exchange->cancel = cancel_wait;
    exchange->waiting = event_wait_begin(exchange->shared->waits, &question, on_events, exchange);
}

// --- logs ---

// False: too many requests follow logs, and the answer is set.
static bool reserve_followers_place(struct exchange *exchange) {
    exchange->place =
        traffic_reserve_place(&exchange->shared->traffic->followers, TRAFFIC_FOLLOWERS_MAX);
    if (exchange->place != NULL) return true;
    AUTO(memory_free)
    char *text = memory_format("%d requests follow logs already: ask for pages, or later",
                               (int)TRAFFIC_FOLLOWERS_MAX);
    exchange_set_admin_error(exchange, 503, "crowded", text);
    return false;
}

static void free_logs(void *source) {
    log_stream_free(source);
}

void exchange_begin_logs(struct exchange *exchange, const struct app_scope *scope,
                         const char *name) {
    struct log_stream_options options = {.loop = exchange->shared->loop,
                                         .service = exchange->shared->context.service,
                                         .scope = *scope,
                                         .connection = connection_of(exchange)};
    struct log_stream *stream;
    struct error err;

    if (!reserve_followers_place(exchange)) return;
    (void)text_copy(options.name, sizeof options.name, name);
    if (!log_stream_new(&options, &stream, &err)) {
        struct admin_reply reply = admin_reply_failure(&err);
        exchange_set_admin(exchange, &reply);
        memory_free(reply.body);
        return;
    }
    exchange->source = stream;
    exchange->free_source = free_logs;
    exchange_set_response(exchange, 200, "text/event-stream", log_stream_response(stream));
}

// --- the operators of a program ---

static void on_program(void *userdata, const struct admin_reply *reply) {
    struct exchange *exchange = userdata;

    exchange_set_admin(exchange, reply);
    exchange_answered(exchange);
}

static void cancel_program(void *waiting) {
    program_reply_cancel(waiting);
}

// Not HEAD: it would run main() for nothing. False: the answer is set.
static bool may_inspect(struct exchange *exchange) {
    unsigned *programs = &exchange->shared->traffic->programs;

    if (!text_equal(exchange->method, "GET")) {
        exchange_set_admin_error(exchange, 405, "method", "GET only");
        return false;
    }
    exchange->place = traffic_reserve_place(programs, TRAFFIC_PROGRAMS_MAX);
    if (exchange->place == NULL)
        exchange_set_admin_error(
            exchange, 503, "crowded",
            "too many requests wait for the operators of a program: try later");
    return exchange->place != NULL;
}

void exchange_begin_program(struct exchange *exchange, const struct app_scope *scope,
                            const char *name) {
    if (!may_inspect(exchange)) return;
    exchange->cancel = cancel_program;
    exchange->waiting =
        program_reply_begin(exchange->shared->context.service, scope, name, on_program, exchange);
}

static void cancel_snapshot(void *waiting) {
    snapshot_reply_cancel(waiting);
}

void exchange_begin_snapshot(struct exchange *exchange, const struct snapshot_path *path) {
    if (!may_inspect(exchange)) return;
    exchange->cancel = cancel_snapshot;
    exchange->waiting =
        snapshot_reply_begin(exchange->shared->context.service, path, on_program, exchange);
}

// --- metrics ---

static void free_metrics(void *source) {
    exposition_reply_free(source);
}

void exchange_begin_metrics(struct exchange *exchange) {
    static const char type[] = "text/plain; version=0.0.4; charset=utf-8";
    struct exposition_reply_options options = {.loop = exchange->shared->loop,
                                               .service = exchange->shared->context.service,
                                               .connection = connection_of(exchange)};

    if (!text_equal(exchange->method, "GET") && !text_equal(exchange->method, "HEAD")) {
        exchange_set_admin_error(exchange, 405, "method", "GET and HEAD only");
        return;
    }
    struct exposition_reply *reply = exposition_reply_new(&options);
    exchange->source = reply;
    exchange->free_source = free_metrics;
    exchange_set_response(exchange, 200, type, exposition_reply_response(reply));
}
