#include "runtime/flink_client.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/flink_reply.h"

// Of a starved machine: who waits for less has a limit of its own (cluster_silence.h).
static const int64_t GET_TIMEOUT_MS = 15000;

struct flink_call {
    struct http_request *request; // NULL once answered
    flink_done_fn *done;
    void *userdata;
};

static void fail_with_cause(struct flink_call *call, long status, const json_t *reply) {
    char cause[900];
    struct error err;

    flink_reply_error(reply, cause, sizeof cause);
    if (cause[0] == '\0')
        (void)text_format(cause, sizeof cause, "Flink answered with status %ld", status);
    (void)error_set(&err, ERROR_INVALID, "%s", cause);
    call->done(call->userdata, NULL, &err);
}

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *reason) {
    struct flink_call *call = userdata;
    AUTO(json_decref) json_t *json = NULL;
    struct error err;

    call->request = NULL;
    if (reason != NULL) {
        call->done(call->userdata, NULL, reason);
        return;
    }
    bool is_json = reply->size_bytes > 0 && json_parse(reply->body, reply->size_bytes, &json, &err);
    if (reply->status < 200 || reply->status > 299) {
        fail_with_cause(call, reply->status, json);
        return;
    }
    if (!is_json && reply->size_bytes > 0) {
        (void)error_prefix(&err, "Flink's answer");
        call->done(call->userdata, NULL, &err);
        return;
    }
    call->done(call->userdata, json, NULL);
}

static struct flink_call *send(const struct flink_client *client, const char *method,
                               const char *path, const char *body, int64_t timeout_ms,
                               flink_done_fn *done, void *userdata) {
    struct flink_call *call = memory_alloc(sizeof *call);
    char url[FILE_PATH_MAX];
    struct http_call http = {.method = method,
                             .url = url,
                             .body = body,
                             .timeout_ms = timeout_ms,
                             .done = on_reply,
                             .userdata = call};

    (void)text_format(url, sizeof url, "http://127.0.0.1:%u%s", client->port, path);
    call->done = done;
    call->userdata = userdata;
    call->request = http_client_send(client->http, &http);
    return call;
}

struct flink_call *flink_client_get(const struct flink_client *client, const char *path,
                                    flink_done_fn *done, void *userdata) {
    return send(client, "GET", path, NULL, GET_TIMEOUT_MS, done, userdata);
}

struct flink_call *flink_client_post(const struct flink_client *client, const char *path,
                                     const json_t *body, int64_t timeout_ms, flink_done_fn *done,
                                     void *userdata) {
    AUTO(memory_free) char *text = json_print(body);

    return send(client, "POST", path, text, timeout_ms, done, userdata);
}

void flink_call_free(struct flink_call *call) {
    if (call == NULL) return;
    http_request_cancel(call->request);
    memory_free(call);
}
