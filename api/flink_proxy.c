#include "api/flink_proxy.h"

#include "api/access_token.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

static const char COOKIE[] = "kobel-dashboard=";
static const char TOKEN[] = "authToken=";

struct flink_proxy {
    const struct api_context *context;
    struct cluster_fetch *fetch;
    flink_proxy_done_fn *done;
    void *userdata;
};

static void answer_text(flink_proxy_done_fn *done, void *userdata, int status, const char *text) {
    struct flink_proxy_answer answer = {.status = status,
                                        .content_type = "text/plain; charset=utf-8",
                                        .body = text,
                                        .size_bytes = strlen(text)};

    done(userdata, &answer);
}

// --- who asks ---

// The value behind `prefix` in a list, up to the next of `separators`.
static bool find_value(const char *list, const char *prefix, const char *separators, char *out,
                       size_t size_bytes) {
    size_t length = strlen(prefix);
    const char *at = list;

    while (at != NULL && *at != '\0') {
        at += strspn(at, separators);
        if (strncmp(at, prefix, length) == 0)
            return text_format(out, size_bytes, "%.*s", (int)strcspn(at + length, separators),
                               at + length);
        at += strcspn(at, separators);
    }
    return false;
}

static void begin_session(const struct api_context *context, struct access *access, int64_t now_s,
                          flink_proxy_done_fn *done, void *userdata) {
    char session[ACCESS_TOKEN_SIZE];

    access->kind = ACCESS_SESSION;
    access->issued_s = now_s;
    access_token_make(context->token_key, access, session);
    AUTO(memory_free)
    char *cookie = memory_format("%s%s; Path=/flink/%s/; Max-Age=%lld; HttpOnly; SameSite=Lax",
                                 COOKIE, session, access->name, (long long)access->duration_s);
    AUTO(memory_free) char *location = memory_format("/flink/%s/", access->name);
    struct flink_proxy_answer answer = {.status = 302,
                                        .content_type = "text/plain",
                                        .body = "",
                                        .location = location,
                                        .cookie = cookie};
    done(userdata, &answer);
}

// --- pages ---

static void on_page(void *userdata, const struct cluster_page *page, const struct error *err) {
    AUTO(memory_free) struct flink_proxy *proxy = userdata;

    if (err != NULL) {
        AUTO(memory_free)
        char *text = memory_format("The JobManager does not answer: %s\n", err->message);
        answer_text(proxy->done, proxy->userdata, 502, text);
        return;
    }
    struct flink_proxy_answer answer = {.status = (int)page->status,
                                        .content_type = page->content_type,
                                        .body = page->body,
                                        .size_bytes = page->size_bytes};
    proxy->done(proxy->userdata, &answer);
}

bool flink_proxy_is_page(const char *rest) {
    static const char *const never[] = {"..", "yarn-cancel", "yarn-stop"};
    AUTO(memory_free) char *path = memory_copy_text(rest);
    char *place = path;
    size_t depth = 0;
    bool is_jar = false;

    // What is behind an escaped 0 would not be seen here.
    if (strstr(rest, "%00") != NULL) return false;
    // As Flink reads a path: unescaped first, and slashes in a row are one.
    text_unescape_url(path);
    for (char *part = strsep(&place, "/"); part != NULL; part = strsep(&place, "/")) {
        if (part[0] == '\0') continue;
        is_jar = is_jar || (depth == 0 && text_equal(part, "jars"));
        if (is_jar && depth > 0) return false;
        for (size_t index = 0; index < COUNT_OF(never); index++)
            if (text_equal(part, never[index])) return false;
        depth++;
    }
    return true;
}

static struct flink_proxy *fetch_page(const struct api_context *context,
                                      const struct access *access, const char *rest,
                                      const char *query, flink_proxy_done_fn *done,
                                      void *userdata) {
    struct flink_proxy *proxy = memory_alloc(sizeof *proxy);
    AUTO(memory_free)
    char *path = memory_format("%s%s%s", rest, query[0] == '\0' ? "" : "?", query);

    proxy->context = context;
    proxy->done = done;
    proxy->userdata = userdata;
    proxy->fetch = app_service_fetch_page(context->service, &access->scope, access->name, path,
                                          on_page, proxy);
    if (proxy->fetch != NULL) return proxy;
    memory_free(proxy);
    answer_text(done, userdata, 503, "The application does not run at the moment.\n");
    return NULL;
}

struct flink_proxy *flink_proxy_begin(const struct api_context *context,
                                      const struct flink_proxy_request *request,
                                      flink_proxy_done_fn *done, void *userdata) {
    const char *at = request->path + strlen(FLINK_PROXY_PREFIX);
    size_t length = strcspn(at, "/");
    int64_t now_s = clock_now_ms(&context->clock) / 1000;
    char name[APP_NAME_SIZE];
    char token[ACCESS_TOKEN_SIZE];
    struct access access;

    (void)text_format(name, sizeof name, "%.*s", (int)(length < 200 ? length : 200), at);
    if (!text_equal(request->method, "GET") && !text_equal(request->method, "HEAD")) {
        answer_text(done, userdata, 405, "The dashboard is read-only.\n");
        return NULL;
    }
    if (find_value(request->query, TOKEN, "&", token, sizeof token) &&
        access_token_read(context->token_key, token, ACCESS_LINK, name, now_s, &access)) {
        begin_session(context, &access, now_s, done, userdata);
        return NULL;
    }
    if (!find_value(request->cookie, COOKIE, "; ", token, sizeof token) ||
        !access_token_read(context->token_key, token, ACCESS_SESSION, name, now_s, &access)) {
        answer_text(done, userdata, 403,
                    "This link has expired or is not one of kobel's. CreateApplicationPresignedUrl "
                    "makes a new one; it has to be used within three minutes.\n");
        return NULL;
    }
    if (!flink_proxy_is_page(at + length)) {
        answer_text(done, userdata, 403, "The dashboard is read-only.\n");
        return NULL;
    }
    return fetch_page(context, &access, at[length] == '\0' ? "/" : at + length, request->query,
                      done, userdata);
}

void flink_proxy_cancel(struct flink_proxy *proxy) {
    app_service_cancel_page(proxy->context->service, proxy->fetch);
    memory_free(proxy);
}
