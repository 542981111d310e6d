#include "api/exchange.h"

#include "api/exchange_parts.h"
#include "api/traffic.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"

#include <string.h>

// --- life ---

// The length of the body by its header, or -1. With Transfer-Encoding the header does not count;
// libmicrohttpd ignores it then, too.
static int64_t announced_bytes(const struct exchange *exchange) {
    const char *text = exchange_header(exchange, "Content-Length");
    int64_t length;

    if (exchange_header(exchange, "Transfer-Encoding") != NULL || text == NULL) return -1;
    return text_to_int64(text, &length) && length >= 0 ? length : -1;
}

static enum exchange_body_state state_of_announced(const struct exchange *exchange, int64_t bytes) {
    if (bytes > (int64_t)REQUEST_BODY_MAX_BYTES) return EXCHANGE_BODY_TOO_LARGE;
    if (bytes >= 0 && !traffic_has_room(exchange->shared->traffic, (size_t)bytes))
        return EXCHANGE_BODY_NO_ROOM;
    return EXCHANGE_BODY_ACCEPTED;
}

struct exchange *exchange_new(const struct exchange_shared *shared,
                              struct MHD_Connection *connection, const char *uri,
                              const char *method, bool is_for_jobs) {
    struct exchange *exchange = memory_alloc(sizeof *exchange);

    exchange->shared = shared;
    exchange->connection = connection;
    exchange->method = method;
    exchange->uri = memory_copy_text(uri);
    exchange->path = exchange->uri;
    exchange->query = exchange->uri + strcspn(exchange->uri, "?");
    if (exchange->query[0] == '?') *exchange->query++ = '\0';
    exchange->began_us = clock_monotonic_us();
    random_id_uuid(exchange->request_id);
    if (exchange_s3_begin(exchange, is_for_jobs)) return exchange;
    int64_t bytes = announced_bytes(exchange);
    exchange->body_state = state_of_announced(exchange, bytes);
    request_body_init(&exchange->body, bytes >= 0 && bytes <= (int64_t)REQUEST_BODY_SMALL_BYTES);
    if (shared->options.auth_keys.count > 0) exchange->body_digest = digest_new_sha256();
    return exchange;
}

static void drop_body(struct exchange *exchange) {
    request_body_release(&exchange->body);
    traffic_release_body(exchange->shared->traffic, &exchange->counted_bytes);
}

void exchange_free(struct exchange *exchange) {
    if (exchange->call != NULL) exchange->call->connection = NULL;
    if (exchange->waiting != NULL) exchange->cancel(exchange->waiting);
    if (exchange->response != NULL) MHD_destroy_response(exchange->response);
    exchange_s3_free(exchange);
    if (exchange->source != NULL) exchange->free_source(exchange->source);
    if (exchange->place != NULL) (*exchange->place)--;
    drop_body(exchange);
    digest_free(exchange->body_digest);
    memory_free(exchange->uri);
    memory_free(exchange);
}

// --- the body ---

static enum exchange_body_state add_to_body(struct exchange *exchange, const char *bytes,
                                            size_t size_bytes) {
    if (!traffic_count_body(exchange->shared->traffic, &exchange->counted_bytes,
                            request_body_bytes(&exchange->body) + size_bytes))
        return EXCHANGE_BODY_NO_ROOM;
    if (exchange->received_bytes > REQUEST_BODY_MAX_BYTES ||
        !request_body_add(&exchange->body, bytes, size_bytes, NULL))
        return EXCHANGE_BODY_TOO_LARGE;
    return EXCHANGE_BODY_ACCEPTED;
}

void exchange_receive(struct exchange *exchange, const char *bytes, size_t size_bytes) {
    exchange->received_bytes += size_bytes;
    if (exchange->s3 != NULL) {
        exchange_s3_receive(exchange, bytes, size_bytes);
        return;
    }
    if (exchange_is_refused(exchange)) return;
    if (exchange->body_digest != NULL) digest_add(exchange->body_digest, bytes, size_bytes);
    exchange->body_state = add_to_body(exchange, bytes, size_bytes);
    if (exchange_is_refused(exchange)) drop_body(exchange);
}

bool exchange_is_refused(const struct exchange *exchange) {
    return exchange->body_state != EXCHANGE_BODY_ACCEPTED || exchange_s3_is_refused(exchange);
}

bool exchange_is_full(const struct exchange *exchange) {
    return exchange->s3 != NULL && exchange_s3_is_full(exchange);
}

bool exchange_is_slow(const struct exchange *exchange) {
    return !exchange->has_whole_body &&
           traffic_is_slow(clock_monotonic_us() - exchange->began_us, exchange->received_bytes);
}

// --- the answer ---

void exchange_answer(struct exchange *exchange) {
    exchange->has_whole_body = true;
    exchange->is_answering = true;
    exchange_route(exchange);
    exchange->is_answering = false;
}

void exchange_fail(struct exchange *exchange, int status, const char *message) {
    exchange_set_fault(exchange, status, "InternalFailure", message);
}

enum MHD_Result exchange_send(struct exchange *exchange) {
    enum MHD_Result sent =
        MHD_queue_response(exchange->connection, exchange->status, exchange->response);

    MHD_destroy_response(exchange->response);
    exchange->response = NULL;
    return sent;
}
