#include "api/admin/flink_proxy.h"

#include "api/admin/access_token.h"
#include "api/admin/flink_page.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/commands/app_service_own.h"

#include <string.h>

static const char COOKIE[] = "kobel-dashboard";
static const char TOKEN[] = "authToken";
static const char SERVICE_ROOT[] = "/flinkdashboard"; // of the service's addresses

struct flink_proxy {
    struct app_service *service;
    struct insight_fetch *fetch;
    bool is_below_session;
    char *cookie; // NULL: the client has it already
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

static void make_session(const struct flink_proxy_options *options, const struct access *link,
                         int64_t now_s, char out[static ACCESS_TOKEN_SIZE]) {
    struct access access = *link;

    access.kind = ACCESS_SESSION;
    access.issued_s = now_s;
    access_token_make(options->token_key, &access, out);
}

static char *cookie_of(const struct access *access, const char *session) {
    return memory_format("%s=%s; Path=/flink/%s/; Max-Age=%lld; HttpOnly; SameSite=Lax", COOKIE,
                         session, access->name, (long long)access->duration_s);
}

// The client is sent to a path that contains the session, since sandboxed pages send no cookie
// (flink_proxy.h) and other clients may keep none.
static void begin_session(const struct flink_proxy_options *options, const struct access *link,
                          int64_t now_s, flink_proxy_done_fn *done, void *userdata) {
    char session[ACCESS_TOKEN_SIZE];

    make_session(options, link, now_s, session);
    AUTO(memory_free) char *cookie = cookie_of(link, session);
    AUTO(memory_free) char *location = memory_format("/flink/%s/%s/", link->name, session);
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
    enum { VISIT_NONE, VISIT_BAD_LINK, VISIT_LATE_LINK, VISIT_LINK, VISIT_PATH, VISIT_COOKIE } by;
    const char *rest; // of the path, below the dashboard's own
};

static const char *skip_service_root(const char *rest) {
    size_t length = strlen(SERVICE_ROOT);
    bool is_there =
        text_starts_with(rest, SERVICE_ROOT) && (rest[length] == '/' || rest[length] == '\0');

    return is_there ? rest + length : rest;
}

static bool is_front_page(const struct visit *visit) {
    return text_equal(visit->rest, "") || text_equal(visit->rest, "/");
}

// True: the path has a session, which is left out of out->rest.
static bool read_path(const struct flink_proxy_options *options, const char *name, int64_t now_s,
                      struct visit *out) {
    char token[ACCESS_TOKEN_SIZE];
    size_t length = out->rest[0] == '/' ? strcspn(out->rest + 1, "/") : 0;

    if (length == 0 || !text_format(token, sizeof token, "%.*s", (int)length, out->rest + 1) ||
        !access_token_read(options->token_key, token, ACCESS_SESSION, name, now_s, &out->access))
        return false;
    out->by = VISIT_PATH;
    out->rest = skip_service_root(out->rest + 1 + length);
    return true;
}

static void read_link(const struct flink_proxy_options *options, const char *token,
                      const char *name, int64_t now_s, struct visit *out) {
    out->by = VISIT_BAD_LINK;
    if (!access_token_read(options->token_key, token, ACCESS_LINK, name, now_s, &out->access))
        return;
    if (access_token_may_begin(&out->access, now_s))
        used_links_add(options->used_links, token, out->access.issued_s + out->access.duration_s);
    out->by = used_links_has(options->used_links, token) ? VISIT_LINK : VISIT_LATE_LINK;
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
    out->rest = skip_service_root(out->rest);
    if (read_path(options, name, now_s, out)) return;
    if (find_token(request->query, TOKEN, "&", token)) read_link(options, token, name, now_s, out);
    // Not with an Origin: the cookie is the user's, and the page that sends it could be any.
    if (out->by != VISIT_LINK && request->origin == NULL &&
        find_token(request->cookie, COOKIE, "; ", token) &&
        access_token_read(options->token_key, token, ACCESS_SESSION, name, now_s, &out->access))
        out->by = VISIT_COOKIE;
}

static const char *refusal_of(const struct visit *visit) {
    switch (visit->by) {
    case VISIT_LATE_LINK:
        return "This link was not used within three minutes of its creation. Make a new one by "
               "CreateApplicationPresignedUrl.\n";
    case VISIT_BAD_LINK:
        return "This link has expired, is the link of another application or was not made by this "
               "daemon. Make a new one by CreateApplicationPresignedUrl.\n";
    case VISIT_NONE:
        return "This request has neither the authToken of a link nor the cookie of its first use. "
               "Make a link by CreateApplicationPresignedUrl, and put its authToken into the query "
               "of each request, or keep the cookie.\n";
    case VISIT_LINK:
    case VISIT_PATH:
    case VISIT_COOKIE:
        break;
    }
    return NULL;
}

// --- pages ---

static void free_proxy(struct flink_proxy *proxy) {
    memory_free(proxy->cookie);
    memory_free(proxy);
}
DEFINE_AUTO(free_proxy, struct flink_proxy *);

static void on_page(void *userdata, const struct insight_page *page, const struct error *err) {
    AUTO(free_proxy) struct flink_proxy *proxy = userdata;

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
                                        .cookie = proxy->cookie,
                                        .is_below_session = proxy->is_below_session};
    proxy->done(proxy->userdata, &answer);
}

static struct flink_proxy *fetch_page(const struct flink_proxy_options *options,
                                      const struct visit *visit, const char *target, int64_t now_s,
                                      flink_proxy_done_fn *done, void *userdata) {
    char session[ACCESS_TOKEN_SIZE];
    struct flink_proxy *proxy = memory_alloc(sizeof *proxy);

    proxy->service = options->service;
    proxy->done = done;
    proxy->userdata = userdata;
    proxy->is_below_session = visit->by == VISIT_PATH;
    if (visit->by == VISIT_LINK) {
        make_session(options, &visit->access, now_s, session);
        proxy->cookie = cookie_of(&visit->access, session);
    }
    proxy->fetch = app_service_fetch_page(options->service, &visit->access.scope,
                                          visit->access.name, target, on_page, proxy);
    if (proxy->fetch != NULL) return proxy;
    free_proxy(proxy);
    answer_text(done, userdata, 503,
                "The application has no dashboard at the moment: its job does not run.\n");
    return NULL;
}

static struct flink_proxy *show_page(const struct flink_proxy_options *options,
                                     const struct flink_proxy_request *request,
                                     const struct visit *visit, int64_t now_s,
                                     flink_proxy_done_fn *done, void *userdata) {
    AUTO(memory_free) char *target = NULL;

    switch (flink_page_check(visit->rest, request->query, &target)) {
    case FLINK_PAGE_SHOWN:
        return fetch_page(options, visit, target, now_s, done, userdata);
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
    if (refusal_of(&visit) != NULL) {
        answer_text(done, userdata, 403, refusal_of(&visit));
        return NULL;
    }
    bool is_beginning =
        visit.by == VISIT_LINK || (visit.by == VISIT_COOKIE && accepts_html(request));
    if (is_beginning && is_front_page(&visit)) {
        begin_session(options, &visit.access, now_s, done, userdata);
        return NULL;
    }
    return show_page(options, request, &visit, now_s, done, userdata);
}

void flink_proxy_cancel(struct flink_proxy *proxy) {
    app_service_cancel_page(proxy->service, proxy->fetch);
    free_proxy(proxy);
}
