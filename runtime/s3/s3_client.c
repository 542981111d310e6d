#include "runtime/s3/s3_client.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/file_path.h"
#include "base/host_name.h"
#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"
#include "runtime/host/ca_bundle.h"

#include <string.h>

enum { ATTEMPTS_MAX = 4 };
static const uint64_t FIRST_PAUSE_US = 200000; // doubled after every attempt
static const int64_t SILENCE_MAX_MS = 15000;
// A server answers an upload when it is on its disks.
static const int64_t UPLOAD_SILENCE_MAX_MS = 60000;

struct s3_client {
    sd_event *loop;
    struct http_client *http;
    struct s3_request *requests;
    char endpoint[1024];
    char host[300];
    char access_key[129];
    char secret_key[129];
    char session_token[2049];
    char region[64];
    char ca_bundle[FILE_PATH_MAX]; // "" = the certificates of the system
    bool is_loopback;
};

struct s3_request {
    struct s3_client *client;
    struct s3_request *next;
    char method[8];
    char *path;  // escaped
    char *query; // without '?'
    char *body;  // or NULL
    size_t limit_bytes;
    bool has_upload;
    struct http_upload upload;
    http_sink_fn *sink;
    s3_restart_fn *restart;
    s3_reply_fn *done;
    void *userdata;
    struct http_request *http;
    sd_event_source *pause;
    int attempt;
};

static void free_request(struct s3_request *request) {
    struct s3_request **place = &request->client->requests;

    while (*place != request)
        place = &(*place)->next;
    *place = request->next;
    http_request_cancel(request->http);
    (void)sd_event_source_disable_unref(request->pause);
    memory_free(request->path);
    memory_free(request->query);
    memory_free(request->body);
    memory_free(request);
}

void s3_request_cancel(struct s3_request *request) {
    if (request != NULL) free_request(request);
}

static void finish(struct s3_request *request, const struct http_reply *reply,
                   const struct error *err) {
    s3_reply_fn *done = request->done;
    void *userdata = request->userdata;

    free_request(request);
    done(userdata, reply, err);
}

// --- one attempt ---

static void sign(const struct s3_request *request, char *out_headers[static SIGV4_HEADERS_MAX]) {
    const struct s3_client *client = request->client;
    struct clock clock = clock_system();
    struct sigv4_credentials credentials = {.access_key = client->access_key,
                                            .secret_key = client->secret_key,
                                            .session_token = client->session_token,
                                            .region = client->region,
                                            .service = "s3"};
    struct sigv4_outgoing outgoing = {.method = request->method,
                                      .host = client->host,
                                      .path = request->path,
                                      .query = request->query,
                                      .payload_sha256 = SIGV4_UNSIGNED};

    sigv4_sign_outgoing(&outgoing, &credentials, clock_now_ms(&clock) / 1000, out_headers);
}

static bool on_piece(void *userdata, const char *bytes, size_t size_bytes) {
    struct s3_request *request = userdata;

    return request->sink(request->userdata, bytes, size_bytes);
}

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *reason);

static void send(struct s3_request *request) {
    const struct s3_client *client = request->client;
    char *headers[SIGV4_HEADERS_MAX] = {0};
    AUTO(memory_free)
    char *url = memory_format("%s%s%s%s", client->endpoint, request->path,
                              request->query[0] == '\0' ? "" : "?", request->query);
    bool is_reading = text_equal(request->method, "GET");
    struct http_call call = {.method = request->method,
                             .url = url,
                             .body = request->body,
                             .body_type = "application/xml",
                             .limit_bytes = request->limit_bytes,
                             .upload = request->has_upload ? &request->upload : NULL,
                             .is_remote = true,
                             .has_proxy = !client->is_loopback,
                             .authorities = client->ca_bundle[0] == '\0' ? NULL : client->ca_bundle,
                             .timeout_ms = is_reading ? SILENCE_MAX_MS : UPLOAD_SILENCE_MAX_MS,
                             .sink = request->sink == NULL ? NULL : on_piece,
                             .done = on_reply,
                             .userdata = request};

    request->attempt++;
    if (client->access_key[0] != '\0') sign(request, headers);
    call.headers = (const char *const *)headers;
    request->http = http_client_send(client->http, &call);
    sigv4_free_headers(headers);
}

// --- repeating ---

static int on_pause_over(sd_event_source *event, uint64_t now_us, void *userdata) {
    struct s3_request *request = userdata;

    (void)event;
    (void)now_us;
    request->pause = sd_event_source_disable_unref(request->pause);
    if (request->restart != NULL) request->restart(request->userdata);
    send(request);
    return 0;
}

// True: another attempt follows.
static bool retry_later(struct s3_request *request) {
    uint64_t pause_us = FIRST_PAUSE_US << (request->attempt - 1);

    if (request->attempt >= ATTEMPTS_MAX) return false;
    return sd_event_add_time_relative(request->client->loop, &request->pause, CLOCK_MONOTONIC,
                                      pause_us, 1000, on_pause_over, request) >= 0;
}

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *reason) {
    struct s3_request *request = userdata;
    const char *endpoint = request->client->endpoint;
    struct error err;

    request->http = NULL;
    // The sink would refuse the same piece again.
    bool is_transient = reply == NULL ? reason->kind == ERROR_UNAVAILABLE
                                      : reply->status >= 500 || reply->status == 429;
    if (is_transient && retry_later(request)) return;
    if (reply != NULL && !is_transient) {
        finish(request, reply, NULL);
        return;
    }
    if (reply != NULL)
        (void)error_set(&err, ERROR_UNAVAILABLE, "The S3 endpoint %s answers with status %ld",
                        endpoint, reply->status);
    else if (reason->kind == ERROR_UNAVAILABLE)
        (void)error_set(&err, ERROR_UNAVAILABLE, "The S3 endpoint %s does not answer: %s", endpoint,
                        reason->message);
    else if (reason->kind == ERROR_CONFIGURATION)
        (void)error_set(&err, ERROR_CONFIGURATION,
                        "No secure connection to the S3 endpoint %s: %s. If its authority is not "
                        "one that this system knows, give --s3-ca-bundle or AWS_CA_BUNDLE",
                        endpoint, reason->message);
    else
        err = *reason;
    finish(request, NULL, &err);
}

struct s3_request *s3_client_send(struct s3_client *client, const struct s3_call *call) {
    AUTO(memory_free) char *bucket = sigv4_escape(call->bucket, false);
    AUTO(memory_free) char *key = sigv4_escape(call->key, true);
    struct s3_request *request = memory_alloc(sizeof *request);

    request->client = client;
    (void)text_copy(request->method, sizeof request->method, call->method);
    request->path = memory_format("/%s%s%s", bucket, key[0] == '\0' ? "" : "/", key);
    request->query = memory_copy_text(call->query == NULL ? "" : call->query);
    request->body = call->body == NULL ? NULL : memory_copy_text(call->body);
    request->limit_bytes = call->limit_bytes;
    request->has_upload = call->upload != NULL;
    if (request->has_upload) request->upload = *call->upload;
    request->sink = call->sink;
    request->restart = call->restart;
    request->done = call->done;
    request->userdata = call->userdata;
    request->next = client->requests;
    client->requests = request;
    send(request);
    return request;
}

void s3_request_pause(struct s3_request *request) {
    http_request_pause(request->http);
}

void s3_request_resume(struct s3_request *request) {
    if (request->http != NULL) http_request_resume(request->http);
}

// --- life ---

sd_event *s3_client_loop(const struct s3_client *client) {
    return client->loop;
}

// A file that cannot be read is reported now, not by the first export.
static bool set_ca_bundle(struct s3_client *client, const char *path, struct error *err) {
    AUTO(certificates_release) struct certificates certificates = CERTIFICATES_INIT;

    if (!text_copy(client->ca_bundle, sizeof client->ca_bundle, path))
        return error_set(err, ERROR_INVALID, "the path of the CA bundle is too long");
    if (path[0] == '\0' || !text_starts_with(client->endpoint, "https:")) return true;
    return ca_bundle_read(path, &certificates, err);
}

static bool is_loopback(const char *host) {
    char name[sizeof((struct s3_client *)0)->host];

    return host_name_without_port(host, name, sizeof name) && host_name_is_loopback(name);
}

bool s3_client_new(sd_event *loop, const struct s3_options *options, struct s3_client **out_client,
                   struct error *err) {
    AUTO(s3_client_free) struct s3_client *client = memory_alloc(sizeof *client);
    const char *host = strstr(options->endpoint, "://");

    if (host == NULL || !text_copy(client->endpoint, sizeof client->endpoint, options->endpoint) ||
        !text_copy(client->host, sizeof client->host, host + strlen("://")) ||
        !text_copy(client->access_key, sizeof client->access_key, options->access_key) ||
        !text_copy(client->secret_key, sizeof client->secret_key, options->secret_key) ||
        !text_copy(client->session_token, sizeof client->session_token, options->session_token) ||
        !text_copy(client->region, sizeof client->region, options->region))
        return error_set(err, ERROR_INVALID,
                         "the S3 endpoint is not a URL, or it or its credentials are too long");
    // A path in the endpoint would be part of what is signed, so it is cut.
    client->endpoint[strcspn(host + strlen("://"), "/") +
                     (size_t)(host + strlen("://") - options->endpoint)] = '\0';
    client->host[strcspn(client->host, "/")] = '\0';
    client->is_loopback = is_loopback(client->host);
    if (!set_ca_bundle(client, options->ca_bundle, err)) return false;
    client->loop = sd_event_ref(loop);
    if (!http_client_new(loop, &client->http, err)) return false;
    http_client_give_way(client->http);
    *out_client = TAKE(client);
    return true;
}

void s3_client_free(struct s3_client *client) {
    if (client == NULL) return;
    while (client->requests != NULL)
        free_request(client->requests);
    http_client_free(client->http);
    (void)sd_event_unref(client->loop);
    memory_free(client);
}
