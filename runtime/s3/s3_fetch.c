#include "runtime/s3/s3_fetch.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/file_writer.h"

struct s3_fetch {
    struct s3_fetch_call call;
    char *what;
    int64_t left_bytes; // of what the list said
    bool has_grown;     // the object has more
    bool has_failed;    // the file cannot be written
    struct error failure;
    struct s3_request *request; // NULL: the object is read
    struct file_writer *writer;
};

static void free_fetch(struct s3_fetch *fetch) {
    s3_request_cancel(fetch->request);
    file_writer_free(fetch->writer);
    memory_free(fetch->what);
    memory_free(fetch);
}

void s3_fetch_cancel(struct s3_fetch *fetch) {
    if (fetch != NULL) free_fetch(fetch);
}

static void end(struct s3_fetch *fetch, const struct s3_failure *failure) {
    struct s3_fetch_call call = fetch->call;

    free_fetch(fetch);
    call.done(call.userdata, failure);
}

static void end_by(struct s3_fetch *fetch, const struct http_reply *reply,
                   const struct error *err) {
    struct s3_failure failure = s3_failure_of(fetch->what, reply, err);

    end(fetch, &failure);
}

// An object without an end would fill the disk.
static void end_grown(struct s3_fetch *fetch) {
    struct s3_failure failure = {.fault = S3_FAULT_CHANGED};

    (void)text_format(failure.message, sizeof failure.message,
                      "%s: it has more than %lld bytes: it was changed while it was read",
                      fetch->what, (long long)fetch->call.size_bytes);
    end(fetch, &failure);
}

static bool on_piece(void *userdata, const char *bytes, size_t size_bytes) {
    struct s3_fetch *fetch = userdata;

    fetch->left_bytes -= (int64_t)size_bytes;
    fetch->has_grown = fetch->left_bytes < 0;
    if (fetch->has_grown) return false;
    if (!fetch->has_failed)
        fetch->has_failed = !file_writer_add(fetch->writer, bytes, size_bytes, &fetch->failure);
    if (!fetch->has_failed && file_writer_is_full(fetch->writer)) s3_request_pause(fetch->request);
    return !fetch->has_failed;
}

static void on_room(void *userdata) {
    struct s3_fetch *fetch = userdata;

    if (fetch->request != NULL) s3_request_resume(fetch->request);
}

static void on_restart(void *userdata) {
    struct s3_fetch *fetch = userdata;

    fetch->left_bytes = fetch->call.size_bytes;
    fetch->has_failed = !file_writer_restart(fetch->writer, &fetch->failure);
}

static void on_written(void *userdata, const struct error *err) {
    if (err == NULL)
        end(userdata, NULL);
    else
        end_by(userdata, NULL, err);
}

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *err) {
    struct s3_fetch *fetch = userdata;

    fetch->request = NULL;
    // These are the cause: then `err` is only that the request was given up.
    if (fetch->has_grown)
        end_grown(fetch);
    else if (fetch->has_failed)
        end_by(fetch, NULL, &fetch->failure);
    else if (reply != NULL && reply->status == 200)
        file_writer_finish(fetch->writer);
    else
        end_by(fetch, reply, err);
}

struct s3_fetch *s3_fetch_begin(struct s3_client *client, const struct s3_fetch_call *call) {
    struct s3_fetch *fetch = memory_alloc(sizeof *fetch);
    struct file_writer_call writer = {.loop = s3_client_loop(client),
                                      .fd = call->fd,
                                      .ready = on_room,
                                      .done = on_written,
                                      .userdata = fetch};
    struct s3_call get = {.method = "GET",
                          .bucket = call->bucket,
                          .key = call->key,
                          .sink = on_piece,
                          .restart = on_restart,
                          .done = on_reply,
                          .userdata = fetch};

    fetch->call = *call;
    fetch->left_bytes = call->size_bytes;
    fetch->what = memory_format("read '%s/%s'", call->bucket, call->key);
    fetch->writer = file_writer_new(&writer);
    fetch->request = s3_client_send(client, &get);
    return fetch;
}
