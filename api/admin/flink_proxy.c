#include "api/admin/flink_proxy.h"

#include "api/admin/access_token.h"
#include "api/admin/flink_page.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/commands/app_service_own.h"

#include <string.h>

static const char COOKIE[] = "kobel-dashboard";
static const char TOKEN[] = "authToken";

struct flink_proxy {
    struct app_service *service;
    struct insight_fetch *fetch;
    bool is_below_session;
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

// --- sessions ---

static bool find_token(const char *list, const char *name, const char *separators,
                       char out[static ACCESS_TOKEN_SIZE]) {
    size_t length;
    const char *value = text_list_value(list, name, separators, &length);

    return value != NULL && text_format(out, ACCESS_TOKEN_SIZE, "%.*s", (int)length, value);
}

static bool accepts_html(const struct flink_proxy_request *request) {
    return request->accept != NULL && strstr(request->accept, "text/html") != NULL;
}

// A browser is sent to a path that contains the session, since sandboxed pages send no cookie
// (flink_proxy.h). Other clients get the cookie.
static void begin_session(const struct flink_proxy_options *options, const struct access *link,
                          const struct flink_proxy_request *request, int64_t now_s,
                          flink_proxy_done_fn *done, void *userdata) {
    struct access access = *link;
    char session[ACCESS_TOKEN_SIZE];

    access.kind = ACCESS_SESSION;
    access.issued_s = now_s;
    access_token_make(options->token_key, &access, session);
    AUTO(memory_free)
    char *cookie = memory_format("%s=%s; Path=/flink/%s/; Max-Age=%lld; HttpOnly; SameSite=Lax",
                                 COOKIE, session, access.name, (long long)access.duration_s);
    AUTO(memory_free)
    char *location = accepts_html(request) ? memory_format("/flink/%s/%s/", access.name, session)
                                           : memory_format("/flink/%s/", access.name);
    struct flink_proxy_answer answer = {.status = 302,
                                        .content_type = "text/plain",
                                        .body = "",
                                        .location = location,
                                        .cookie = cookie};
    done(userdata, &answer);
}

// By what a request is admitted, and the page that it wants.
struct visit {
    struct access access;
    enum { VISIT_NONE, VISIT_LINK, VISIT_PATH, VISIT_COOKIE } by;
    const char *rest; // of the path, below the dashboard's own
};

static bool is_front_page(const struct visit *visit) {
    return text_equal(visit->rest, "") || text_equal(visit->rest, "/");
}

static void read_visit(const struct flink_proxy_options *options,
                       const struct flink_proxy_request *request, int64_t now_s,
                       struct visit *out) {
    const char *at = request->path + strlen(FLINK_PROXY_PREFIX);
    size_t length = strcspn(at, "/");
    char name[APP_NAME_SIZE] = "";
    char token[ACCESS_TOKEN_SIZE];

    *out = (struct visit){.rest = at + length};
    if (length >= sizeof name || !text_format(name, sizeof name, "%.*s", (int)length, at)) return;
    size_t token_length = out->rest[0] == '/' ? strcspn(out->rest + 1, "/") : 0;
    if (token_length > 0 &&
        text_format(token, sizeof token, "%.*s", (int)token_length, out->rest + 1) &&
        access_token_read(options->token_key, token, ACCESS_SESSION, name, now_s, &out->access)) {
        out->by = VISIT_PATH;
        out->rest += 1 + token_length;
        return;
    }
    if (find_token(request->query, TOKEN, "&", token) &&
        access_token_read(options->token_key, token, ACCESS_LINK, name, now_s, &out->access))
        out->by = VISIT_LINK;
    // Not with an Origin: the cookie is the user's, and the page that sends it could be any.
    else if (request->origin == NULL && find_token(request->cookie, COOKIE, "; ", token) &&
             access_token_read(options->token_key, token, ACCESS_SESSION, name, now_s,
                               &out->access))
        out->by = VISIT_COOKIE;
}

// --- pages ---

static void on_page(void *userdata, const struct insight_page *page, const struct error *err) {
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
                                        .size_bytes = page->size_bytes,
                                        .is_below_session = proxy->is_below_session};
    proxy->done(proxy->userdata, &answer);
}

static struct flink_proxy *fetch_page(const struct flink_proxy_options *options,
                                      const struct visit *visit, const char *target,
                                      flink_proxy_done_fn *done, void *userdata) {
    struct flink_proxy *proxy = memory_alloc(sizeof *proxy);

    proxy->service = options->service;
    proxy->done = done;
    proxy->userdata = userdata;
    proxy->is_below_session = visit->by == VISIT_PATH;
    proxy->fetch = app_service_fetch_page(options->service, &visit->access.scope,
                                          visit->access.name, target, on_page, proxy);
    if (proxy->fetch != NULL) return proxy;
    memory_free(proxy);
    answer_text(done, userdata, 503,
                "The application has no dashboard at the moment: its job does not run.\n");
    return NULL;
}

static struct flink_proxy *show_page(const struct flink_proxy_options *options,
                                     const struct flink_proxy_request *request,
                                     const struct visit *visit, flink_proxy_done_fn *done,
                                     void *userdata) {
    AUTO(memory_free) char *target = NULL;

    switch (flink_page_check(visit->rest, request->query, &target)) {
    case FLINK_PAGE_SHOWN:
        return fetch_page(options, visit, target, done, userdata);
    case FLINK_PAGE_UNKNOWN:
        answer_text(done, userdata, 404, "The dashboard has no such page.\n");
        return NULL;
    case FLINK_PAGE_REFUSED:
        break;
    }
    answer_text(done, userdata, 403, "The dashboard is read-only: this is not one of its pages.\n");
    return NULL;
}

struct flink_proxy *flink_proxy_begin(const struct flink_proxy_options *options,
                                      const struct flink_proxy_request *request,
                                      flink_proxy_done_fn *done, void *userdata) {
    int64_t now_s = clock_now_ms(&options->clock) / 1000;
    struct visit visit;

    if (!text_equal(request->method, "GET") && !text_equal(request->method, "HEAD")) {
        answer_text(done, userdata, 405, "The dashboard is read-only.\n");
        return NULL;
    }
    read_visit(options, request, now_s, &visit);
    if (visit.by == VISIT_NONE) {
        answer_text(
            done, userdata, 403,
            "This link has expired or was not made by this daemon. Make a new one by "
            "CreateApplicationPresignedUrl. It must be used within three minutes, by a "
            "client that keeps its cookie, or with a path behind the application's name.\n");
        return NULL;
    }
    bool is_beginning =
        visit.by == VISIT_LINK || (visit.by == VISIT_COOKIE && accepts_html(request));
    if (is_beginning && is_front_page(&visit)) {
        begin_session(options, &visit.access, request, now_s, done, userdata);
        return NULL;
    }
    return show_page(options, request, &visit, done, userdata);
}

void flink_proxy_cancel(struct flink_proxy *proxy) {
    app_service_cancel_page(proxy->service, proxy->fetch);
    memory_free(proxy);
}
