#include "api/exchange.h"

#include "api/admin/flink_proxy.h"
#include "api/exchange_parts.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"

#include <string.h>

// One door: whoever answers, host, origin, size and signature have been checked here.
static void route(struct exchange *exchange) {
    if (!exchange_check_sender(exchange)) return;
    if (!text_is_utf8(exchange->path) || !text_is_utf8(exchange->query)) {
        exchange_set_fault(exchange, 400, "InvalidRequestException",
                           "the address of the request is not UTF-8; escape other bytes as %XX");
        return;
    }
    if (exchange->is_too_large) {
        exchange_set_fault(
            exchange, 413, "RequestEntityTooLargeException",
            "A request may have 1 MiB of JSON with 30,000 values, and 50 MiB of ZipFileContent.");
        return;
    }
    if (exchange->is_crowded_out) {
        exchange_set_fault(
            exchange, 503, "ThrottlingException",
            "The bodies of other requests take all the memory that there is for them; try "
            "again when they are done.");
        return;
    }
    if (exchange_is_dashboard(exchange)) {
        exchange_begin_dashboard(exchange);
        return;
    }
    if (!exchange_check_signature(exchange)) return;
    if (!exchange_begin_own(exchange)) exchange_begin_call(exchange);
}

void exchange_answer(struct exchange *exchange) {
    exchange->has_all = true;
    exchange->is_answering = true;
    route(exchange);
    exchange->is_answering = false;
}

void exchange_fail(struct exchange *exchange, int status, const char *message) {
    exchange_set_fault(exchange, status, "InternalFailure", message);
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
    exchange->began_us = clock_monotonic_us();
    random_id_uuid(exchange->request_id);
    // Beside Transfer-Encoding it counts for nothing, also for libmicrohttpd.
    const char *announced = exchange_header(exchange, "Transfer-Encoding") == NULL
                                ? exchange_header(exchange, "Content-Length")
                                : NULL;
    bool is_known = announced != NULL && text_to_int64(announced, &length) && length >= 0;
    if (is_known) {
        exchange->is_too_large = length > (int64_t)REQUEST_BODY_MAX_BYTES;
        exchange->is_crowded_out = !traffic_has_room(parts->traffic, (size_t)length);
    }
    request_body_init(&exchange->body, is_known && length <= (int64_t)REQUEST_BODY_SMALL_BYTES);
    if (parts->options.auth_keys.count > 0) exchange->body_digest = digest_new_sha256();
    return exchange;
}

bool exchange_is_refused(const struct exchange *exchange) {
    return exchange->is_too_large || exchange->is_crowded_out;
}

bool exchange_is_slow(const struct exchange *exchange) {
    return !exchange->has_all &&
           traffic_is_slow(clock_monotonic_us() - exchange->began_us, exchange->received_bytes);
}

static void drop_body(struct exchange *exchange) {
    request_body_release(&exchange->body);
    traffic_give_body(exchange->parts->traffic, &exchange->counted_bytes);
}

void exchange_take(struct exchange *exchange, const char *bytes, size_t size_bytes) {
    struct error full;

    exchange->received_bytes += size_bytes;
    if (exchange_is_refused(exchange)) return;
    if (exchange->body_digest != NULL) digest_add(exchange->body_digest, bytes, size_bytes);
    exchange->is_crowded_out =
        !traffic_take_body(exchange->parts->traffic, &exchange->counted_bytes,
                           request_body_bytes(&exchange->body) + size_bytes);
    exchange->is_too_large = !exchange->is_crowded_out &&
                             (exchange->received_bytes > REQUEST_BODY_MAX_BYTES ||
                              !request_body_take(&exchange->body, bytes, size_bytes, &full));
    if (exchange_is_refused(exchange)) drop_body(exchange);
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
    log_stream_free(exchange->logs);
    if (exchange->is_waiting) exchange->parts->traffic->waiting--;
    if (exchange->is_page) exchange->parts->traffic->pages--;
    if (exchange->is_follower) exchange->parts->traffic->followers--;
    drop_body(exchange);
    digest_free(exchange->body_digest);
    memory_free(exchange->uri);
    memory_free(exchange);
}
