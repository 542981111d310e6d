// The answer of an exchange: its forms, its headers, its log line.
#include "api/admin/flink_proxy.h"
#include "api/exchange_parts.h"
#include "api/fault.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const char AMZ_JSON[] = "application/x-amz-json-1.1";

const char *exchange_header(const struct exchange *exchange, const char *name) {
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

const char *exchange_credential(const struct exchange *exchange) {
    if (exchange->query[0] == '\0') return NULL;
    return MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND,
                                       "X-Amz-Credential");
}

bool exchange_is_dashboard(const struct exchange *exchange) {
    return text_starts_with(exchange->path, FLINK_PROXY_PREFIX);
}

void exchange_set_response(struct exchange *exchange, int status, const char *content_type,
                           struct MHD_Response *response) {
    if (exchange->response != NULL) MHD_destroy_response(exchange->response);
    (void)MHD_add_response_header(response, "Content-Type", content_type);
    (void)MHD_add_response_header(response, "x-amzn-RequestId", exchange->request_id);
    exchange->response = response;
    exchange->status = (unsigned)status;
}

void exchange_set_body(struct exchange *exchange, int status, const char *content_type,
                       const char *body, size_t size_bytes) {
    // libmicrohttpd copies the body, and still wants it as not const.
    union {
        const char *in;
        void *out;
    } text = {.in = body};
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size_bytes, text.out, MHD_RESPMEM_MUST_COPY);

    if (response == NULL) abort();
    exchange_set_response(exchange, status, content_type, response);
}

void exchange_set_json(struct exchange *exchange, int status, const char *body,
                       const char *error_type) {
    exchange_set_body(exchange, status, AMZ_JSON, body, strlen(body));
    if (error_type != NULL)
        (void)MHD_add_response_header(exchange->response, "x-amzn-ErrorType", error_type);
}

void exchange_set_fault(struct exchange *exchange, int status, const char *error_type,
                        const char *message) {
    if (exchange->s3 != NULL) {
        exchange_s3_set_fault(exchange, status, message);
        return;
    }
    AUTO(memory_free) char *body = fault_body(error_type, message);

    exchange_set_json(exchange, status, body, error_type);
}

void exchange_set_admin(struct exchange *exchange, const struct admin_reply *reply) {
    exchange_set_body(exchange, reply->status, reply->content_type, reply->body,
                      strlen(reply->body));
}

void exchange_set_admin_error(struct exchange *exchange, int status, const char *kind,
                              const char *message) {
    struct admin_reply reply = admin_reply_error(status, kind, message);

    exchange_set_admin(exchange, &reply);
    memory_free(reply.body);
}

void exchange_log_answer(const struct exchange *exchange, const char *error_type) {
    log_debug("api", "answered", "request=%s operation=%s status=%u error=%s us=%lld",
              exchange->request_id, exchange->operation == NULL ? "-" : exchange->operation,
              exchange->status, error_type == NULL ? "-" : error_type,
              (long long)(clock_monotonic_us() - exchange->began_us));
}

void exchange_answered(struct exchange *exchange) {
    exchange->call = NULL;
    exchange->waiting = NULL;
    if (!exchange->is_answering)
        exchange->shared->on_answered(exchange->shared->userdata, exchange);
}
