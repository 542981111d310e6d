#include "api/call.h"

#include "api/fault.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "openapi/validate.h"

static void free_call(struct call *call) {
    json_decref(call->request);
    buffer_release(&call->code);
    if (call->traffic != NULL) traffic_release_body(call->traffic, &call->counted_bytes);
    memory_free(call);
}

const char *call_app_name(const struct call *call) {
    return json_text_or(call->request, "ApplicationName", "");
}

int64_t call_time_ms(const struct call *call, const char *member) {
    double seconds = json_number_value(json_member(call->request, member));

    return seconds > -1e12 && seconds < 1e12 ? (int64_t)(seconds * 1000) : 0;
}

static void answer(struct call *call, int status, const char *body, const char *error_type) {
    if (call->connection != NULL) call->answer(call->connection, status, body, error_type);
    free_call(call);
}

static void fail_as(struct call *call, const char *error_type, const char *message) {
    AUTO(memory_free) char *body = fault_body(error_type, message);

    answer(call, fault_status(error_type), body, error_type);
}

void call_fail(struct call *call, const struct error *err) {
    const char *error_type = fault_name(err->kind);

    if (fault_status(error_type) >= 500)
        log_error("api", "internal failure", "operation=%s request=%s error=\"%s\"",
                  call->operation->name, call->request_id, err->message);
    fail_as(call, error_type, err->message);
}

// In test builds every reply has to have the declared shape.
static bool is_declared(const struct call *call, json_t *reply) {
#ifdef KOBEL_CHECK_REPLIES
    AUTO(buffer_release) struct buffer reason = BUFFER_INIT(1024);

    if (validate_response(call->operation->response, reply, &reason)) return true;
    log_error("api", "undeclared reply", "operation=%s reason=\"%s\"", call->operation->name,
              buffer_text(&reason));
    return false;
#else
    (void)call;
    (void)reply;
    return true;
#endif
}

void call_reply(struct call *call, json_t *reply) {
    AUTO(json_decref) json_t *held = reply;

    if (!is_declared(call, held)) {
        fail_as(call, "InternalFailure", "the reply does not have the declared shape");
        return;
    }
    AUTO(memory_free) char *body = json_print(held);
    answer(call, 200, body, NULL);
}

void call_finish(struct call *call, bool is_done, const struct error *err) {
    if (is_done)
        call_reply(call, json_new_object());
    else
        call_fail(call, err);
}
