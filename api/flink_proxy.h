// The dashboards of applications, read-only, below /flink/<application>/. A presigned link begins a
// session, which is a cookie for that path; everything else of the dashboard is relative to it.
#pragma once

#include "api/call.h"

#define FLINK_PROXY_PREFIX "/flink/"

struct flink_proxy_request {
    const char *method;
    const char *path;   // raw, begins with FLINK_PROXY_PREFIX
    const char *query;  // raw, without '?'; "" = none
    const char *cookie; // the Cookie header, or NULL
};

struct flink_proxy_answer {
    int status;
    const char *content_type;
    const char *body;
    size_t size_bytes;
    const char *location; // NULL: no redirection
    const char *cookie;   // Set-Cookie; NULL = none
};
typedef void flink_proxy_done_fn(void *userdata, const struct flink_proxy_answer *answer);

struct flink_proxy;

// Whether the raw path of a page, as the JobManager is asked for it, only shows something. The GETs
// of Flink do, except that those below /jars/ run the main() of programs, and that two are for
// YARN, which knows no other method: they end a job.
bool flink_proxy_is_page(const char *rest);

// Calls `done` once: before it returns (the result is NULL then), or in a later turn unless
// cancelled.
struct flink_proxy *flink_proxy_begin(const struct api_context *context,
                                      const struct flink_proxy_request *request,
                                      flink_proxy_done_fn *done, void *userdata);
void flink_proxy_cancel(struct flink_proxy *proxy);
