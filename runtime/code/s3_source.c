#include "runtime/code/s3_source.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"

#include <string.h>

enum { ATTEMPTS_MAX = 4 };
static const uint64_t FIRST_PAUSE_US = 200000; // doubled after every attempt
static const int64_t SILENCE_MAX_MS = 15000;

struct s3_source {
    sd_event *loop;
    struct http_client *http;
    char endpoint[1024];
    char host[300];
    char access_key[129];
    char secret_key[129];
    char session_token[2049];
    char region[64];
};

struct s3_get {
    struct s3_source *source;
    struct s3_receiver receiver;
    char *path;  // escaped
    char *query; // without '?'
    struct http_request *request;
    sd_event_source *pause;
    int attempt;
};

static void free_get(struct s3_get *get) {
    (void)sd_event_source_disable_unref(get->pause);
    memory_free(get->path);
    memory_free(get->query);
    memory_free(get);
}

static void finish(struct s3_get *get, const struct error *err) {
    struct s3_receiver receiver = get->receiver;

    free_get(get);
    receiver.done(receiver.userdata, err);
}

// --- the request ---

static void sign(const struct s3_get *get, char *out_headers[static SIGV4_HEADERS_MAX]) {
    const struct s3_source *source = get->source;
    struct clock clock = clock_system();
    struct sigv4_credentials credentials = {.access_key = source->access_key,
                                            .secret_key = source->secret_key,
                                            .session_token = source->session_token,
                                            .region = source->region,
                                            .service = "s3"};
    struct sigv4_outgoing request = {.method = "GET",
                                     .host = source->host,
                                     .path = get->path,
                                     .query = get->query,
                                     .payload_sha256 = SIGV4_UNSIGNED};

    sigv4_sign_outgoing(&request, &credentials, clock_now_ms(&clock) / 1000, out_headers);
}

static bool on_piece(void *userdata, const char *bytes, size_t size_bytes) {
    struct s3_get *get = userdata;

    return get->receiver.sink(get->receiver.userdata, bytes, size_bytes);
}

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *reason);

static void send(struct s3_get *get) {
    const struct s3_source *source = get->source;
    char *headers[SIGV4_HEADERS_MAX] = {0};
    AUTO(memory_free)
    char *url = memory_format("%s%s%s%s", source->endpoint, get->path,
                              get->query[0] == '\0' ? "" : "?", get->query);
    struct http_call call = {.method = "GET",
                             .url = url,
                             .is_remote = true,
                             .timeout_ms = SILENCE_MAX_MS,
                             .sink = on_piece,
                             .done = on_reply,
                             .userdata = get};

    get->attempt++;
    if (source->access_key[0] != '\0') sign(get, headers);
    call.headers = (const char *const *)headers;
    get->request = http_client_send(source->http, &call);
    sigv4_free_headers(headers);
}

static int on_pause_over(sd_event_source *event, uint64_t now_us, void *userdata) {
    struct s3_get *get = userdata;

    (void)event;
    (void)now_us;
    get->pause = sd_event_source_disable_unref(get->pause);
    get->receiver.restart(get->receiver.userdata);
    send(get);
    return 0;
}

// True: another attempt follows.
static bool retry_later(struct s3_get *get) {
    uint64_t pause_us = FIRST_PAUSE_US << (get->attempt - 1);

    if (get->attempt >= ATTEMPTS_MAX) return false;
    return sd_event_add_time_relative(get->source->loop, &get->pause, CLOCK_MONOTONIC, pause_us,
                                      1000, on_pause_over, get) >= 0;
}

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *reason) {
    struct s3_get *get = userdata;
    struct error err;

    get->request = NULL;
    if (reply != NULL && reply->status == 200) {
        finish(get, NULL);
        return;
    }
    // The sink would refuse the same piece again.
    bool is_transient = reply == NULL ? reason->kind == ERROR_UNAVAILABLE
                                      : reply->status >= 500 || reply->status == 429;
    if (is_transient && retry_later(get)) return;
    if (reply == NULL && reason->kind == ERROR_UNAVAILABLE)
        (void)error_set(&err, ERROR_INVALID, "The S3 endpoint %s does not answer: %s",
                        get->source->endpoint, reason->message);
    else if (reply == NULL)
        err = *reason;
    else if (reply->status >= 500 || reply->status == 429)
        (void)error_set(&err, ERROR_INVALID, "The S3 endpoint %s answers with status %ld",
                        get->source->endpoint, reply->status);
    else
        (void)error_set(&err, ERROR_NOT_FOUND, "status %ld", reply->status);
    finish(get, &err);
}

// --- getting ---

struct s3_get *s3_source_get(struct s3_source *source, const struct s3_object *object,
                             const struct s3_receiver *receiver) {
    AUTO(memory_free) char *bucket = sigv4_escape(object->bucket, false);
    AUTO(memory_free) char *key = sigv4_escape(object->key, true);
    struct s3_get *get = memory_alloc(sizeof *get);

    get->source = source;
    get->receiver = *receiver;
    get->path = memory_format("/%s/%s", bucket, key);
    if (object->version == NULL) {
        get->query = memory_copy_text("");
    } else {
        AUTO(memory_free) char *version = sigv4_escape(object->version, false);
        get->query = memory_format("versionId=%s", version);
    }
    send(get);
    return get;
}

void s3_get_cancel(struct s3_get *get) {
    if (get == NULL) return;
    http_request_cancel(get->request);
    free_get(get);
}

// --- life ---

bool s3_source_new(sd_event *loop, const struct s3_options *options, struct s3_source **out_source,
                   struct error *err) {
    AUTO(s3_source_free) struct s3_source *source = memory_alloc(sizeof *source);
    const char *host = strstr(options->endpoint, "://");

    if (host == NULL || !text_copy(source->endpoint, sizeof source->endpoint, options->endpoint) ||
        !text_copy(source->host, sizeof source->host, host + strlen("://")) ||
        !text_copy(source->access_key, sizeof source->access_key, options->access_key) ||
        !text_copy(source->secret_key, sizeof source->secret_key, options->secret_key) ||
        !text_copy(source->session_token, sizeof source->session_token, options->session_token) ||
        !text_copy(source->region, sizeof source->region, options->region))
        return error_set(err, ERROR_INVALID,
                         "the S3 endpoint is not a URL, or it or its credentials are too long");
    // A path in the endpoint would be part of what is signed, so it is cut.
    source->endpoint[strcspn(host + strlen("://"), "/") +
                     (size_t)(host + strlen("://") - options->endpoint)] = '\0';
    source->host[strcspn(source->host, "/")] = '\0';
    source->loop = sd_event_ref(loop);
    if (!http_client_new(loop, &source->http, err)) return false;
    *out_source = TAKE(source);
    return true;
}

void s3_source_free(struct s3_source *source) {
    if (source == NULL) return;
    http_client_free(source->http);
    (void)sd_event_unref(source->loop);
    memory_free(source);
}
