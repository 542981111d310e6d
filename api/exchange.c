#include "api/exchange.h"

#include "api/admin.h"
#include "api/fault.h"
#include "api/flink_proxy.h"
#include "api/http_guard.h"
#include "api/protocol.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

// A base64 ZipFileContent of 50 MiB fits (api-semantics 2.5).
static const size_t BODY_MAX_BYTES = (size_t)70 << 20;
static const char AMZ_JSON[] = "application/x-amz-json-1.1";

static const char *header(const struct exchange *exchange, const char *name) {
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

// --- answers ---

static void take_response(struct exchange *exchange, int status, const char *content_type,
                          struct MHD_Response *response) {
    if (exchange->response != NULL) MHD_destroy_response(exchange->response);
    (void)MHD_add_response_header(response, "Content-Type", content_type);
    (void)MHD_add_response_header(response, "x-amzn-RequestId", exchange->request_id);
    exchange->response = response;
    exchange->status = (unsigned)status;
}

static void set_response(struct exchange *exchange, int status, const char *content_type,
                         const char *body, size_t size_bytes) {
    // Copied: the body belongs to whoever answers.
    union {
        const char *in;
        void *out;
    } text = {.in = body};
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size_bytes, text.out, MHD_RESPMEM_MUST_COPY);

    if (response == NULL) abort();
    take_response(exchange, status, content_type, response);
}

static void set_json(struct exchange *exchange, int status, const char *body,
                     const char *error_type) {
    set_response(exchange, status, AMZ_JSON, body, strlen(body));
    if (error_type != NULL)
        (void)MHD_add_response_header(exchange->response, "x-amzn-ErrorType", error_type);
}

static void set_fault(struct exchange *exchange, int status, const char *error_type,
                      const char *message) {
    AUTO(memory_free) char *body = fault_body(error_type, message);

    set_json(exchange, status, body, error_type);
}

static void log_answer(const struct exchange *exchange, const char *error_type) {
    log_debug("api", "answered", "request=%s operation=%s status=%u error=%s us=%lld",
              exchange->request_id, exchange->operation == NULL ? "-" : exchange->operation,
              exchange->status, error_type == NULL ? "-" : error_type,
              (long long)(clock_monotonic_us() - exchange->began_us));
}

static void answered(struct exchange *exchange) {
    exchange->call = NULL;
    exchange->waiting = NULL;
    if (!exchange->is_answering) exchange->parts->on_answered(exchange->parts->userdata, exchange);
}

// --- operations of the API ---

static struct reply_key key_of(const struct exchange *exchange) {
    return (struct reply_key){.operation = exchange->operation,
                              .scope = &exchange->scope,
                              .body = buffer_text(&exchange->body),
                              .body_bytes = exchange->body.size_bytes};
}

static void on_call_answer(void *userdata, int status, const char *body, const char *error_type) {
    struct exchange *exchange = userdata;

    set_json(exchange, status, body, error_type);
    log_answer(exchange, error_type);
    if (exchange->is_kept && status == 200 && !exchange->call->is_fleeting) {
        struct reply_key key = key_of(exchange);
        reply_cache_put(exchange->parts->replies, &key, body,
                        app_service_generation(exchange->parts->context.service));
    }
    answered(exchange);
}

static void answer_refusal(struct exchange *exchange, const struct protocol_refusal *refusal) {
    if (refusal->error_type == NULL) {
        set_response(exchange, refusal->status, "application/xml", refusal->body,
                     strlen(refusal->body));
        return;
    }
    set_fault(exchange, refusal->status, refusal->error_type,
              refusal->has_message ? refusal->message : NULL);
    log_answer(exchange, refusal->error_type);
}

// Of a signed query string; NULL: there is none.
static const char *credential_of(const struct exchange *exchange) {
    if (exchange->query[0] == '\0') return NULL;
    return MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND,
                                       "X-Amz-Credential");
}

static struct protocol_request read_request(struct exchange *exchange) {
    return (struct protocol_request){
        .method = exchange->method,
        .path = exchange->path,
        .content_type = header(exchange, "Content-Type"),
        .target = header(exchange, "X-Amz-Target"),
        .authorization = header(exchange, "Authorization"),
        .credential = credential_of(exchange),
        .body = buffer_text(&exchange->body),
        .body_bytes = exchange->body.size_bytes,
    };
}

static bool answer_from_cache(struct exchange *exchange) {
    struct reply_key key = key_of(exchange);
    const char *body = reply_cache_get(exchange->parts->replies, &key,
                                       app_service_generation(exchange->parts->context.service));

    if (body == NULL) return false;
    set_json(exchange, 200, body, NULL);
    log_answer(exchange, NULL);
    return true;
}

static void begin_call(struct exchange *exchange) {
    const struct exchange_parts *parts = exchange->parts;
    struct protocol_request request = read_request(exchange);
    struct protocol_refusal refusal;
    struct protocol_call read = {0};

    if (!protocol_read_head(parts->document, &request, &read, &refusal)) {
        answer_refusal(exchange, &refusal);
        return;
    }
    exchange->scope = read.scope;
    if (read.operation != NULL) exchange->operation = read.operation->name;
    exchange->is_kept = read.row != NULL && read.row->is_question &&
                        exchange->body.size_bytes <= REPLY_CACHE_BODY_MAX_BYTES;
    if (exchange->is_kept && answer_from_cache(exchange)) return;
    if (!protocol_read_body(&request, &read, &refusal)) {
        answer_refusal(exchange, &refusal);
        return;
    }
    if (!exchange->is_kept) buffer_release(&exchange->body);
    struct call *call = memory_alloc(sizeof *call);
    call->context = &parts->context;
    call->operation = read.operation;
    call->scope = read.scope;
    call->request = read.request;
    call->connection = exchange;
    call->answer = on_call_answer;
    (void)text_copy(call->request_id, sizeof call->request_id, exchange->request_id);
    const char *host = header(exchange, "Host");
    (void)text_copy(call->host, sizeof call->host, host == NULL ? parts->listen_address : host);
    exchange->call = call;
    read.row->run(call);
}

// --- everything else ---

static void on_dashboard(void *userdata, const struct flink_proxy_answer *answer) {
    struct exchange *exchange = userdata;

    set_response(exchange, answer->status, answer->content_type, answer->body, answer->size_bytes);
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
    answered(exchange);
}

static void cancel_dashboard(void *waiting) {
    flink_proxy_cancel(waiting);
}

static void begin_dashboard(struct exchange *exchange) {
    struct flink_proxy_request request = {.method = exchange->method,
                                          .path = exchange->path,
                                          .query = exchange->query,
                                          .cookie = header(exchange, "Cookie"),
                                          .origin = header(exchange, "Origin"),
                                          .accept = header(exchange, "Accept")};

    exchange->cancel = cancel_dashboard;
    exchange->waiting =
        flink_proxy_begin(&exchange->parts->context, &request, on_dashboard, exchange);
}

static void set_admin(struct exchange *exchange, const struct admin_reply *reply) {
    set_response(exchange, reply->status, reply->content_type, reply->body, strlen(reply->body));
}

static void on_events(void *userdata, const struct admin_reply *reply, int64_t last_sequence) {
    struct exchange *exchange = userdata;

    (void)last_sequence;
    set_admin(exchange, reply);
    answered(exchange);
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
        set_admin(exchange, reply);
        return;
    }
    options.question.after_sequence = last_sequence;
    exchange->stream = event_stream_new(&options, reply->body);
    take_response(exchange, reply->status, reply->content_type,
                  event_stream_response(exchange->stream));
}

// A client that was cut off says where it was.
static void begin_stream(struct exchange *exchange, struct event_question *question) {
    struct stream_beginning beginning = {exchange, question};
    const char *last = header(exchange, "Last-Event-ID");

    if (last != NULL) (void)text_to_int64(last, &question->after_sequence);
    question->is_stream = true;
    question->wait_ms = 0;
    (void)event_wait_begin(exchange->parts->waits, question, on_beginning, &beginning);
}

static bool wants_stream(const struct exchange *exchange) {
    const char *accept = header(exchange, "Accept");

    return accept != NULL && strstr(accept, "text/event-stream") != NULL;
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
        begin_stream(exchange, &question);
        return;
    }
    if (admin_parameter(exchange->query, "wait", wait, sizeof wait))
        (void)text_to_int64(wait, &wait_s);
    // Less than what a connection may be idle.
    question.wait_ms = (wait_s < 0 ? 0 : wait_s > 50 ? 50 : wait_s) * 1000;
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
        set_admin(exchange, &reply);
        memory_free(reply.body);
        return;
    }
    exchange->exposition = exposition_reply_new(&options);
    take_response(exchange, 200, type, exposition_reply_response(exchange->exposition));
}

// True: it is one of kobel's own paths, and answered or waiting.
static bool begin_admin(struct exchange *exchange) {
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
    protocol_scope(header(exchange, "Authorization"), credential_of(exchange), &request.scope);
    bool is_app = admin_app_path(&request, &scope, name, &rest);
    if (is_app && text_equal(rest, "events") && text_equal(exchange->method, "GET")) {
        begin_events(exchange, &scope, name);
        return true;
    }
    if (is_app)
        reply = admin_app_answer(&request, &scope, name, rest);
    else if (!admin_answer(&request, &reply))
        return false;
    set_admin(exchange, &reply);
    memory_free(reply.body);
    return true;
}

// --- who may ask ---

static const char *find_header(void *userdata, const char *name) {
    return header(userdata, name);
}

struct header_visit {
    auth_visit_fn *visit;
    void *context;
    bool is_well;
};

static enum MHD_Result on_header(void *userdata, enum MHD_ValueKind kind, const char *name,
                                 const char *value) {
    struct header_visit *visit = userdata;

    (void)kind;
    visit->is_well = visit->visit(visit->context, name, value == NULL ? "" : value);
    return visit->is_well ? MHD_YES : MHD_NO;
}

static bool visit_headers(void *userdata, auth_visit_fn *visit, void *context) {
    const struct exchange *exchange = userdata;
    struct header_visit state = {visit, context, true};

    (void)MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, on_header, &state);
    return state.is_well;
}

// Before anything of the body is looked at. False: refused and answered.
static bool check_signature(struct exchange *exchange) {
    const struct auth_keys *keys = &exchange->parts->options.auth_keys;
    struct auth_request request = {
        .method = exchange->method,
        .path = exchange->path,
        .query = exchange->query,
        .body = buffer_text(&exchange->body),
        .body_bytes = exchange->body.size_bytes,
        .header = find_header,
        .visit_headers = visit_headers,
        .userdata = exchange,
        .now_s = clock_now_ms(&exchange->parts->options.wall_clock) / 1000,
    };
    const char *error_type;
    char text[AUTH_TEXT_SIZE];

    // That somebody is there, and well, may be known to those who watch over it.
    if (keys->count == 0 || admin_is_health(exchange->path)) return true;
    if (auth_check(keys, &request, &error_type, text)) return true;
    if (!admin_is_own_path(exchange->path)) {
        set_fault(exchange, 400, error_type, text);
        log_answer(exchange, error_type);
        return false;
    }
    struct admin_reply reply = admin_reply_error(403, error_type, text);
    set_admin(exchange, &reply);
    memory_free(reply.body);
    return false;
}

static bool is_dashboard(const struct exchange *exchange) {
    return text_starts_with(exchange->path, FLINK_PROXY_PREFIX);
}

static bool check_sender(struct exchange *exchange) {
    const char *host = header(exchange, "Host");

    if (!http_guard_admits_host(&exchange->parts->guard, host)) {
        AUTO(memory_free)
        char *text = memory_format("'%.100s' is not known as a name of this daemon: use an address "
                                   "or localhost, or start it with --allowed-host NAME",
                                   host);
        set_fault(exchange, 403, "AccessDeniedException", text);
        return false;
    }
    const char *origin = header(exchange, "Origin");
    // Sandboxed pages of dashboards; flink_proxy.c wants more of them.
    bool is_dashboards_own = is_dashboard(exchange) && text_equal(origin, HTTP_GUARD_OPAQUE_ORIGIN);
    if (is_dashboards_own || http_guard_admits_origin(origin, host)) return true;
    set_fault(exchange, 403, "AccessDeniedException", "requests of other web pages are refused");
    return false;
}

// One door: whoever answers, host, origin, size and signature have been checked here.
static void route(struct exchange *exchange) {
    if (!check_sender(exchange)) return;
    if (!text_is_utf8(exchange->path) || !text_is_utf8(exchange->query)) {
        set_fault(exchange, 400, "InvalidRequestException",
                  "the address of the request is not UTF-8; escape other bytes as %XX");
        return;
    }
    if (exchange->is_too_large) {
        set_fault(exchange, 413, "RequestEntityTooLargeException", NULL);
        return;
    }
    if (is_dashboard(exchange)) {
        begin_dashboard(exchange);
        return;
    }
    if (!check_signature(exchange)) return;
    if (!begin_admin(exchange)) begin_call(exchange);
}

void exchange_answer(struct exchange *exchange) {
    exchange->is_answering = true;
    route(exchange);
    exchange->is_answering = false;
}

void exchange_fail(struct exchange *exchange, int status, const char *message) {
    set_fault(exchange, status, "InternalFailure", message);
}

// --- life ---

struct exchange *exchange_new(const struct exchange_parts *parts, struct MHD_Connection *connection,
                              const char *uri, const char *method) {
    struct exchange *exchange = memory_alloc(sizeof *exchange);
    int64_t length;

    exchange->parts = parts;
    exchange->connection = connection;
    exchange->method = method;
    exchange->uri = memory_copy_text(uri);
    exchange->path = exchange->uri;
    exchange->query = exchange->uri + strcspn(exchange->uri, "?");
    if (exchange->query[0] == '?') *exchange->query++ = '\0';
    exchange->body = BUFFER_INIT(BODY_MAX_BYTES);
    exchange->began_us = clock_monotonic_us();
    digest_random_uuid(exchange->request_id);
    const char *announced = header(exchange, "Content-Length");
    exchange->is_too_large =
        announced != NULL && text_to_int64(announced, &length) && length > (int64_t)BODY_MAX_BYTES;
    return exchange;
}

void exchange_take(struct exchange *exchange, const char *bytes, size_t size_bytes) {
    struct error full;

    if (exchange->is_too_large || buffer_append(&exchange->body, bytes, size_bytes, &full)) return;
    exchange->is_too_large = true;
    buffer_release(&exchange->body);
}

enum MHD_Result exchange_send(struct exchange *exchange) {
    enum MHD_Result sent =
        MHD_queue_response(exchange->connection, exchange->status, exchange->response);

    MHD_destroy_response(exchange->response);
    exchange->response = NULL;
    return sent;
}

void exchange_free(struct exchange *exchange) {
    if (exchange->call != NULL) exchange->call->connection = NULL;
    if (exchange->waiting != NULL) exchange->cancel(exchange->waiting);
    if (exchange->response != NULL) MHD_destroy_response(exchange->response);
    event_stream_free(exchange->stream);
    exposition_reply_free(exchange->exposition);
    buffer_release(&exchange->body);
    memory_free(exchange->uri);
    memory_free(exchange);
}
