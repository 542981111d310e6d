#include "cli/client/client.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/environment.h"
#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

// A reply is at most a page of a list; a request may carry 50 MiB of code in base64.
static const size_t REPLY_MAX_BYTES = (size_t)32 << 20;
static const int64_t CALL_TIMEOUT_MS = 60000;
static const char SERVICE[] = "kinesisanalytics";

struct client {
    CURL *curl;
    char url[512];
};

struct client *client_new(const char *url, const char *port) {
    struct client *client = memory_alloc(sizeof *client);

    client->curl = curl_easy_init();
    if (client->curl == NULL) abort();
    if (url != NULL)
        client_set_url(client, url);
    else
        (void)text_format(client->url, sizeof client->url, "http://127.0.0.1:%s",
                          port == NULL ? "8290" : port);
    return client;
}

void client_free(struct client *client) {
    if (client == NULL) return;
    curl_easy_cleanup(client->curl);
    memory_free(client);
}

const char *client_url(const struct client *client) {
    return client->url;
}

void client_set_url(struct client *client, const char *url) {
    (void)text_copy(client->url, sizeof client->url, url);
    size_t length = strlen(client->url);
    if (length > 0 && client->url[length - 1] == '/') client->url[length - 1] = '\0';
}

// --- the signature ---

static void add_header(struct curl_slist **list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add_header(struct curl_slist **list, const char *format, ...) {
    char header[4096];
    va_list arguments;

    va_start(arguments, format);
    (void)text_format_list(header, sizeof header, format, arguments);
    va_end(arguments);
    struct curl_slist *longer = curl_slist_append(*list, header);
    if (longer == NULL) abort();
    *list = longer;
}

// `target`: path and query. `body`: NULL for a GET.
static void add_signature(const struct client *client, const char *target, const char *body,
                          struct curl_slist **headers) {
    const char *host = strstr(client->url, "://");
    struct clock clock = clock_system();
    char digest[DIGEST_SHA256_HEX_SIZE];
    char *signature[SIGV4_HEADERS_MAX];
    struct sigv4_credentials credentials = {
        .access_key = environment_or("AWS_ACCESS_KEY_ID", "test"),
        .secret_key = environment_or("AWS_SECRET_ACCESS_KEY", "test"),
        .session_token = environment_or("AWS_SESSION_TOKEN", ""),
        .region = environment_or("AWS_REGION", environment_or("AWS_DEFAULT_REGION", "us-east-1")),
        .service = SERVICE};

    digest_sha256_hex(body == NULL ? "" : body, body == NULL ? 0 : strlen(body), digest);
    AUTO(memory_free) char *path = memory_copy_text(target);
    char *query = strchr(path, '?');
    if (query != NULL) *query++ = '\0';
    struct sigv4_outgoing request = {.method = body == NULL ? "GET" : "POST",
                                     .host = host == NULL ? "" : host + 3,
                                     .path = path,
                                     .query = query == NULL ? "" : query,
                                     .payload_sha256 = digest};
    sigv4_sign_outgoing(&request, &credentials, clock_now_ms(&clock) / 1000, signature);
    for (size_t index = 0; signature[index] != NULL; index++)
        add_header(headers, "%s", signature[index]);
    sigv4_free_headers(signature);
}

// --- one exchange ---

static size_t on_piece(char *bytes, size_t size, size_t count, void *userdata) {
    return buffer_append(userdata, bytes, size * count, NULL) ? size * count : 0;
}

static void free_headers(struct curl_slist *headers) {
    curl_slist_free_all(headers);
}
DEFINE_AUTO(free_headers, struct curl_slist *);

// `body`: NULL for a GET.
static bool exchange(struct client *client, const char *path, const char *body, int64_t timeout_ms,
                     struct buffer *reply, long *out_status, struct error *err) {
    AUTO(free_headers) struct curl_slist *headers = NULL;
    AUTO(memory_free) char *url = memory_format("%s%s", client->url, path);
    CURL *curl = client->curl;

    curl_easy_reset(curl);
    add_header(&headers, "Content-Type: application/json");
    add_header(&headers, "Expect:");
    add_signature(client, path, body, &headers);
    if (body != NULL) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
    }
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_piece);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    // A proxy of the environment is not for requests to a daemon.
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 3000L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
        return error_set(err, ERROR_UNAVAILABLE,
                         "no kobel daemon answers at %s: start one with `kobel serve`, or give the "
                         "address of one with --url or KOBEL_URL",
                         client->url);
    if (code != CURLE_OK)
        return error_set(err, ERROR_UNAVAILABLE, "%s: %s", url, curl_easy_strerror(code));
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, out_status);
    return true;
}

// --- the reply ---

static enum error_kind kind_of(const char *type) {
    static const struct {
        const char *type;
        enum error_kind kind;
    } kinds[] = {
        {"ResourceNotFoundException", ERROR_NOT_FOUND},
        {"ResourceInUseException", ERROR_CONFLICT},
        {"ConcurrentModificationException", ERROR_STALE},
        {"LimitExceededException", ERROR_LIMIT},
        {"UnsupportedOperationException", ERROR_UNSUPPORTED},
        {"InvalidApplicationConfigurationException", ERROR_CONFIGURATION},
        {"InvalidArgumentException", ERROR_INVALID},
        {"ValidationException", ERROR_INVALID},
    };

    for (size_t index = 0; index < COUNT_OF(kinds); index++)
        if (text_equal(kinds[index].type, type)) return kinds[index].kind;
    return ERROR_REQUEST;
}

// The exceptions by which a daemon with --auth verify refuses a signature (api/auth.c).
static bool is_about_signature(const char *type) {
    static const char *const types[] = {"MissingAuthenticationTokenException",
                                        "UnrecognizedClientException", "InvalidSignatureException",
                                        "IncompleteSignatureException"};

    for (size_t index = 0; index < COUNT_OF(types); index++)
        if (text_equal(types[index], type)) return true;
    return false;
}

static bool fail_signature(const struct client *client, const char *type, const char *message,
                           struct error *err) {
    if (environment_or("AWS_ACCESS_KEY_ID", NULL) == NULL ||
        environment_or("AWS_SECRET_ACCESS_KEY", NULL) == NULL)
        return error_set(err, ERROR_REQUEST,
                         "the daemon at %s checks signatures (--auth verify): set "
                         "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to one of its keys",
                         client->url);
    return error_set(err, ERROR_REQUEST,
                     "%s (%s): the daemon at %s checks signatures; set AWS_ACCESS_KEY_ID, "
                     "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to one of its keys",
                     message == NULL ? "refused" : message, type, client->url);
}

static bool fail(const struct client *client, long status, const json_t *body, struct error *err) {
    const json_t *own = json_member(body, "error"); // of a path under /kobel/v1
    const char *type = json_text(body, "__type");

    if (is_about_signature(json_text(own, "kind")))
        return fail_signature(client, json_text(own, "kind"), json_text(own, "message"), err);
    if (is_about_signature(type))
        return fail_signature(client, type, json_text_or(body, "message", NULL), err);

    if (own != NULL)
        return error_set(err, status == 404 ? ERROR_NOT_FOUND : ERROR_REQUEST, "%s",
                         json_text_or(own, "message", "refused"));
    if (type == NULL)
        return error_set(err, ERROR_UNAVAILABLE,
                         "a server at %s answers (status %ld), but it is not a kobel daemon: give "
                         "another address with --url or KOBEL_URL",
                         client->url, status);
    const char *message = json_text_or(body, "message", json_text_or(body, "Message", NULL));
    return error_set(err, kind_of(type), "%s%s(%s)", message == NULL ? "" : message,
                     message == NULL ? "" : " ", type);
}

static bool read_reply(const struct client *client, const struct buffer *reply, long status,
                       json_t **out_reply, struct error *err) {
    AUTO(json_decref) json_t *body = NULL;

    bool is_json = json_parse(buffer_text(reply), reply->size_bytes, &body, NULL);
    if (status != 200 || !is_json) return fail(client, status, body, err);
    *out_reply = TAKE(body);
    return true;
}

bool client_call(struct client *client, const char *operation, json_t *request, json_t **out_reply,
                 struct error *err) {
    AUTO(memory_free) char *path = memory_format("/api/v2/%s", operation);

    return client_post(client, path, request, out_reply, err);
}

bool client_post(struct client *client, const char *path, json_t *request, json_t **out_reply,
                 struct error *err) {
    AUTO(buffer_release) struct buffer reply = BUFFER_INIT(REPLY_MAX_BYTES);
    AUTO(memory_free) char *body = json_print(request);
    long status = 0;

    json_decref(request);
    return exchange(client, path, body, CALL_TIMEOUT_MS, &reply, &status, err) &&
           read_reply(client, &reply, status, out_reply, err);
}

bool client_get(struct client *client, const char *path, int64_t timeout_ms, json_t **out_reply,
                struct error *err) {
    AUTO(buffer_release) struct buffer reply = BUFFER_INIT(REPLY_MAX_BYTES);
    long status = 0;

    return exchange(client, path, NULL, timeout_ms, &reply, &status, err) &&
           read_reply(client, &reply, status, out_reply, err);
}

bool client_is_answered(struct client *client) {
    AUTO(json_decref) json_t *reply = NULL;

    return client_get(client, "/healthz", 3000, &reply, NULL) &&
           text_equal(json_text(reply, "status"), "ok");
}
