// The dashboards of applications, read-only, below /flink/<application>/: the pages that
// flink_page.h lists. A presigned link begins a session, which is a cookie for that path or a part
// of the path; all other addresses of the dashboard are relative to it. A link with a path behind
// the application's name shows that page directly, as often as it is used, and gives the cookie,
// too. "flinkdashboard", which the service has in its addresses, may stand before a path.
//
// main() of a job runs in its JobManager, so the pages are foreign code. Each answer is sandboxed
// by its Content-Security-Policy and has the origin "null", from which neither this API nor another
// dashboard accepts requests (http_guard.h). Browsers send no cookies from there: hence the session
// in the path.
#pragma once

#include "api/admin/used_links.h"
#include "base/clock.h"
#include "controller/commands/app_service_own.h"

#define FLINK_PROXY_PREFIX "/flink/"

struct flink_proxy_options {
    struct app_service *service;
    struct clock clock;
    const unsigned char *token_key; // 32 bytes that sign links and sessions; borrowed
    struct used_links *used_links;  // borrowed
};

struct flink_proxy_request {
    const char *method;
    const char *path;   // raw, begins with FLINK_PROXY_PREFIX
    const char *query;  // raw, without '?'; "" = none
    const char *cookie; // the Cookie header, or NULL
    const char *origin; // the Origin header, or NULL
    const char *accept; // the Accept header, or NULL
};

#define FLINK_PROXY_CSP "sandbox allow-scripts allow-downloads"

struct flink_proxy_answer {
    int status;
    const char *content_type;
    const char *body;
    size_t size_bytes;
    const char *location;  // NULL: no redirection
    const char *cookie;    // Set-Cookie; NULL = none
    bool is_below_session; // the path had the session: sandboxed pages may read the answer
};
typedef void flink_proxy_done_fn(void *userdata, const struct flink_proxy_answer *answer);

struct flink_proxy;

// Calls `done` once: before it returns (the result is NULL then), or in a later turn unless
// cancelled. `options` need not outlive the call.
struct flink_proxy *flink_proxy_begin(const struct flink_proxy_options *options,
                                      const struct flink_proxy_request *request,
                                      flink_proxy_done_fn *done, void *userdata);
void flink_proxy_cancel(struct flink_proxy *proxy);
