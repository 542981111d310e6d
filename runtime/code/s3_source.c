#include "runtime/code/s3_source.h"

#include "base/memory.h"
#include "base/sigv4.h"
#include "runtime/s3/s3_failure.h"

struct s3_get {
    struct s3_receiver receiver;
    struct s3_request *request;
};

static bool on_piece(void *userdata, const char *bytes, size_t size_bytes) {
    struct s3_get *get = userdata;

    return get->receiver.sink(get->receiver.userdata, bytes, size_bytes);
}

static void on_restart(void *userdata) {
    struct s3_get *get = userdata;

    get->receiver.restart(get->receiver.userdata);
}

static bool is_about_endpoint(enum error_kind kind) {
    return kind == ERROR_UNAVAILABLE || kind == ERROR_CONFIGURATION;
}

static void explain_reply(const struct http_reply *reply, struct error *out) {
    struct s3_failure failure = s3_failure_of("get the application code", reply, NULL);

    (void)error_set(out, failure.fault == S3_FAULT_REGION ? ERROR_INVALID : ERROR_NOT_FOUND, "%s",
                    failure.message);
}

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *reason) {
    struct s3_receiver receiver = ((struct s3_get *)userdata)->receiver;
    struct error err;

    memory_free(userdata);
    if (reply != NULL && reply->status == 200) {
        receiver.done(receiver.userdata, NULL);
        return;
    }
    if (reply != NULL)
        explain_reply(reply, &err);
    else
        (void)error_set(&err, is_about_endpoint(reason->kind) ? ERROR_INVALID : reason->kind, "%s",
                        reason->message);
    receiver.done(receiver.userdata, &err);
}

struct s3_get *s3_source_get(struct s3_client *client, const struct s3_object *object,
                             const struct s3_receiver *receiver) {
    AUTO(memory_free) char *query = NULL;
    struct s3_get *get = memory_alloc(sizeof *get);

    if (object->version != NULL) {
        AUTO(memory_free) char *version = sigv4_escape(object->version, false);
        query = memory_format("versionId=%s", version);
    }
    struct s3_call call = {.method = "GET",
                           .bucket = object->bucket,
                           .key = object->key,
                           .query = query,
                           .sink = on_piece,
                           .restart = on_restart,
                           .done = on_reply,
                           .userdata = get};
    get->receiver = *receiver;
    get->request = s3_client_send(client, &call);
    return get;
}

void s3_get_cancel(struct s3_get *get) {
    if (get == NULL) return;
    s3_request_cancel(get->request);
    memory_free(get);
}
