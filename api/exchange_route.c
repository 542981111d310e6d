// The way of a request: all checks first, then one handler.
#include "api/exchange_parts.h"
#include "api/protocol.h"
#include "base/memory.h"
#include "base/text.h"

// False: refused, and answered.
static bool check_body(struct exchange *exchange) {
    switch (exchange->body_state) {
    case EXCHANGE_BODY_TOO_LARGE:
        exchange_set_fault(exchange, 413, "RequestEntityTooLargeException",
                           "The request is too large: it may have 1 MiB of JSON with 30,000 "
                           "values, and 50 MiB of ZipFileContent.");
        return false;
    case EXCHANGE_BODY_NO_ROOM:
        exchange_set_fault(exchange, 503, "ThrottlingException",
                           "The bodies of other requests use all the memory for bodies. Try again "
                           "when these requests are done.");
        return false;
    case EXCHANGE_BODY_ACCEPTED:
        break;
    }
    return true;
}

static bool check_address(struct exchange *exchange) {
    if (text_is_utf8(exchange->path) && text_is_utf8(exchange->query)) return true;
    exchange_set_fault(exchange, 400, "InvalidRequestException",
                       "the address of the request is not UTF-8; escape other bytes as %XX");
    return false;
}

static struct admin_request admin_request_of(const struct exchange *exchange) {
    const struct exchange_shared *shared = exchange->shared;
    struct admin_request request = {.options = &shared->options.admin,
                                    .service = shared->context.service,
                                    .method = exchange->method,
                                    .path = exchange->path,
                                    .query = exchange->query,
                                    .body = buffer_text(&exchange->body.json),
                                    .body_bytes = exchange->body.json.size_bytes};

    protocol_scope(exchange_header(exchange, "Authorization"), exchange_credential(exchange),
                   &request.scope);
    return request;
}

static void begin_application(struct exchange *exchange, const struct admin_request *request,
                              const struct app_scope *scope, const char *name, const char *rest) {
    bool is_get = text_equal(exchange->method, "GET");
    struct snapshot_path snapshot;

    if (is_get && text_equal(rest, "events")) {
        exchange_begin_events(exchange, scope, name);
        return;
    }
    if (is_get && text_equal(rest, "logs") && exchange_wants_stream(exchange)) {
        exchange_begin_logs(exchange, scope, name);
        return;
    }
    if (text_equal(rest, "program")) {
        exchange_begin_program(exchange, scope, name);
        return;
    }
    if (snapshot_path_of_app(request, scope, name, rest, &snapshot)) {
        exchange_begin_snapshot(exchange, &snapshot);
        return;
    }
    struct admin_reply reply = admin_app_answer(request, scope, name, rest);
    exchange_set_admin(exchange, &reply);
    memory_free(reply.body);
}

// kobel's own paths. False: the path is not one of them.
static bool begin_admin(struct exchange *exchange) {
    char name[APP_NAME_SIZE];
    struct app_scope scope;
    struct snapshot_path snapshot;
    struct admin_reply reply;
    const char *rest;

    if (text_equal(exchange->path, "/")) return false;
    if (text_equal(exchange->path, ADMIN_METRICS_PATH)) {
        exchange_begin_metrics(exchange);
        return true;
    }
    struct admin_request request = admin_request_of(exchange);
    if (admin_app_path(&request, &scope, name, &rest)) {
        begin_application(exchange, &request, &scope, name, rest);
        return true;
    }
    if (snapshot_path_of_account(&request, &snapshot)) {
        exchange_begin_snapshot(exchange, &snapshot);
        return true;
    }
    if (!admin_answer(&request, &reply)) return false;
    exchange_set_admin(exchange, &reply);
    memory_free(reply.body);
    return true;
}

void exchange_route(struct exchange *exchange) {
    // Checked when its head had come: its body is not kept until the end.
    if (exchange->s3 != NULL) {
        exchange_s3_run(exchange);
        return;
    }
    if (!exchange_check_sender(exchange) || !check_address(exchange) || !check_body(exchange))
        return;
    // Dashboards have tokens instead of signatures.
    if (exchange_is_dashboard(exchange)) {
        exchange_begin_dashboard(exchange);
        return;
    }
    if (!exchange_check_signature(exchange)) return;
    if (!begin_admin(exchange)) exchange_begin_call(exchange);
}
