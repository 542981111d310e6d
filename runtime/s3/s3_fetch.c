#include "runtime/s3/s3_fetch.h"

#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <unistd.h>

struct s3_fetch {
    struct s3_fetch_call call;
    char *what;
    bool has_failed; // the file cannot be written
    struct error failure;
    struct s3_request *request;
};

static void free_fetch(struct s3_fetch *fetch) {
    s3_request_cancel(fetch->request);
    memory_free(fetch->what);
    memory_free(fetch);
}

void s3_fetch_cancel(struct s3_fetch *fetch) {
    if (fetch != NULL) free_fetch(fetch);
}

static bool on_piece(void *userdata, const char *bytes, size_t size_bytes) {
    struct s3_fetch *fetch = userdata;

    if (!fetch->has_failed && !file_write_all(fetch->call.fd, bytes, size_bytes)) {
        fetch->has_failed = true;
        (void)error_system(&fetch->failure, errno, "the file could not be written");
    }
    return !fetch->has_failed;
}

static void on_restart(void *userdata) {
    struct s3_fetch *fetch = userdata;

    if (ftruncate(fetch->call.fd, 0) == 0 && lseek(fetch->call.fd, 0, SEEK_SET) == 0) return;
    fetch->has_failed = true;
    (void)error_system(&fetch->failure, errno, "the file could not be written");
}

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *err) {
    struct s3_fetch *fetch = userdata;
    struct s3_fetch_call call = fetch->call;
    bool is_done = reply != NULL && reply->status == 200;
    struct s3_failure failure = {0};

    // It is the cause: then `err` is only that the request was given up.
    if (fetch->has_failed) {
        reply = NULL;
        err = &fetch->failure;
    }
    if (!is_done || fetch->has_failed) failure = s3_failure_of(fetch->what, reply, err);
    fetch->request = NULL;
    bool has_failed = !is_done || fetch->has_failed;
    free_fetch(fetch);
    call.done(call.userdata, has_failed ? &failure : NULL);
}

struct s3_fetch *s3_fetch_begin(struct s3_client *client, const struct s3_fetch_call *call) {
    struct s3_fetch *fetch = memory_alloc(sizeof *fetch);
    struct s3_call get = {.method = "GET",
                          .bucket = call->bucket,
                          .key = call->key,
                          .sink = on_piece,
                          .restart = on_restart,
                          .done = on_reply,
                          .userdata = fetch};

    fetch->call = *call;
    fetch->what = memory_format("read '%s/%s'", call->bucket, call->key);
    fetch->request = s3_client_send(client, &get);
    return fetch;
}
