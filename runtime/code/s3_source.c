#include "runtime/code/s3_source.h"

#include "base/memory.h"
#include "base/sigv4.h"

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

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *reason) {
    struct s3_receiver receiver = ((struct s3_get *)userdata)->receiver;
    struct error err;

    memory_free(userdata);
    if (reply != NULL && reply->status == 200) {
        receiver.done(receiver.userdata, NULL);
        return;
    }
    if (reply != NULL)
        (void)error_set(&err, ERROR_NOT_FOUND, "status %ld", reply->status);
    else
        (void)error_set(&err, reason->kind == ERROR_UNAVAILABLE ? ERROR_INVALID : reason->kind,
                        "%s", reason->message);
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
