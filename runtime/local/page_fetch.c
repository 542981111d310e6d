#include "runtime/local/page_fetch.h"

#include "base/memory.h"
#include "runtime/local/page_jobs.h"

#include <string.h>

static const int64_t PAGE_TIMEOUT_MS = 30000;

struct insight_fetch {
    struct http_request *request;
    bool is_list; // of jobs
    insight_page_fn *done;
    void *userdata;
};

static void on_page(void *userdata, const struct http_reply *reply, const struct error *err) {
    AUTO(memory_free) struct insight_fetch *fetch = userdata;
    AUTO(memory_free) char *list = NULL;
    struct insight_page page = {0};

    if (reply != NULL && fetch->is_list && reply->status == 200)
        list = page_jobs_without_primer(reply->body, reply->size_bytes);
    if (list != NULL)
        page = (struct insight_page){reply->status, reply->content_type, list, strlen(list)};
    else if (reply != NULL)
        page = (struct insight_page){reply->status, reply->content_type, reply->body,
                                     reply->size_bytes};
    fetch->done(fetch->userdata, reply == NULL ? NULL : &page, err);
}

struct insight_fetch *page_fetch_begin(struct http_client *http, const char *rest_url,
                                       const char *path, insight_page_fn *done, void *userdata) {
    AUTO(memory_free) char *url = memory_format("%s%s", rest_url, path);
    struct insight_fetch *fetch = memory_alloc(sizeof *fetch);
    struct http_call call = {.method = "GET",
                             .url = url,
                             .timeout_ms = PAGE_TIMEOUT_MS,
                             .done = on_page,
                             .userdata = fetch};

    fetch->is_list = page_jobs_is_list(path);
    fetch->done = done;
    fetch->userdata = userdata;
    fetch->request = http_client_send(http, &call);
    return fetch;
}

void page_fetch_cancel(struct insight_fetch *fetch) {
    http_request_cancel(fetch->request);
    memory_free(fetch);
}
