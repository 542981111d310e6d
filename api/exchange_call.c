// Calls of the service's API.
#include "api/exchange_parts.h"
#include "api/protocol.h"
#include "api/reply_cache.h"
#include "api/traffic.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/commands/app_service_own.h"

#include <string.h>

static struct reply_key key_of(const struct exchange *exchange) {
    return (struct reply_key){.operation = exchange->operation,
                              .scope = &exchange->scope,
                              .body = buffer_text(&exchange->body.json),
                              .body_bytes = exchange->body.json.size_bytes};
}

static void on_call_answer(void *userdata, int status, const char *body, const char *error_type) {
    struct exchange *exchange = userdata;

    exchange_set_json(exchange, status, body, error_type);
    exchange_log_answer(exchange, error_type);
    if (exchange->is_cacheable && status == 200 && !exchange->call->is_fleeting) {
        struct reply_key key = key_of(exchange);
        reply_cache_put(exchange->shared->replies, &key, body,
                        app_service_generation(exchange->shared->context.service));
    }
    exchange_answered(exchange);
}

static void answer_refusal(struct exchange *exchange, const struct protocol_refusal *refusal) {
    if (refusal->error_type == NULL) {
        exchange_set_body(exchange, refusal->status, "application/xml", refusal->body,
                          strlen(refusal->body));
        return;
    }
    exchange_set_fault(exchange, refusal->status, refusal->error_type,
                       refusal->has_message ? refusal->message : NULL);
    exchange_log_answer(exchange, refusal->error_type);
}

static struct protocol_request read_request(struct exchange *exchange) {
    return (struct protocol_request){
        .method = exchange->method,
        .path = exchange->path,
        .content_type = exchange_header(exchange, "Content-Type"),
        .target = exchange_header(exchange, "X-Amz-Target"),
        .authorization = exchange_header(exchange, "Authorization"),
        .credential = exchange_credential(exchange),
        .body = buffer_text(&exchange->body.json),
        .body_bytes = exchange->body.json.size_bytes,
        .blob = &exchange->body.blob,
    };
}

static bool answer_from_cache(struct exchange *exchange) {
    struct reply_key key = key_of(exchange);
    const char *body = reply_cache_get(exchange->shared->replies, &key,
                                       app_service_generation(exchange->shared->context.service));

    if (body == NULL) return false;
    exchange_set_json(exchange, 200, body, NULL);
    exchange_log_answer(exchange, NULL);
    return true;
}

// The call owns the code and the count of the body from here on. A cacheable body is still needed,
// as the key of its reply.
static struct call *new_call(struct exchange *exchange, const struct protocol_call *read) {
    const struct exchange_shared *shared = exchange->shared;
    const char *host = exchange_header(exchange, "Host");
    struct call *call = memory_alloc(sizeof *call);

    call->code = exchange->body.blob.bytes;
    exchange->body.blob.bytes = BUFFER_INIT(0);
    if (!exchange->is_cacheable) request_body_release(&exchange->body);
    call->context = &shared->context;
    call->operation = read->operation;
    call->scope = read->scope;
    call->request = read->request;
    call->connection = exchange;
    call->answer = on_call_answer;
    call->traffic = shared->traffic;
    call->counted_bytes = exchange->counted_bytes;
    exchange->counted_bytes = 0;
    (void)text_copy(call->request_id, sizeof call->request_id, exchange->request_id);
    (void)text_copy(call->host, sizeof call->host, host == NULL ? shared->listen_address : host);
    return call;
}

void exchange_begin_call(struct exchange *exchange) {
    const struct exchange_shared *shared = exchange->shared;
    struct protocol_request request = read_request(exchange);
    struct protocol_refusal refusal;
    struct protocol_call read = {0};

    if (!protocol_read_head(shared->options.document, &request, &read, &refusal)) {
        answer_refusal(exchange, &refusal);
        return;
    }
    exchange->scope = read.scope;
    if (read.operation != NULL) exchange->operation = read.operation->name;
    exchange->is_cacheable = read.row != NULL && read.row->is_question &&
                             exchange->body.blob.mark[0] == '\0' &&
                             exchange->body.json.size_bytes <= REPLY_CACHE_BODY_MAX_BYTES;
    if (exchange->is_cacheable && answer_from_cache(exchange)) return;
    if (!protocol_read_body(&request, &read, &refusal)) {
        answer_refusal(exchange, &refusal);
        return;
    }
    if (read.version_one != NULL) {
        exchange_answer_version_one(exchange, &read);
        json_decref(read.request);
        return;
    }
    struct call *call = new_call(exchange, &read);
    exchange->call = call;
    read.row->run(call);
}
