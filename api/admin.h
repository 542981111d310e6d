// kobel's own paths: health, readiness, status, the API document, the clock, and what is shown and
// done of one application beyond the service's API (product.md, One address). Plain REST; errors
// are {"error": {"kind", "message"}}.
#pragma once

#include "api/http_server.h"
#include "model/app.h"

struct admin_reply {
    int status;
    const char *content_type;
    char *body; // owned by the caller
};

struct admin_request {
    const struct http_server_options *options;
    struct app_service *service;
    struct app_scope scope; // of the signature, if there is one; "account" and "region" of the
                            // query come before it
    const char *method;
    const char *path;
    const char *query; // raw, without '?'; "" = none
    const char *body;
    size_t body_bytes;
};

// /healthz and /readyz: asked by those who watch over the daemon, and without a signature.
bool admin_is_health(const char *path);
// Answered in pieces (api/exposition_reply.h), not here.
#define ADMIN_METRICS_PATH "/metrics"
// Is the path one of kobel's own, and none of the service's API?
bool admin_is_own_path(const char *path);

// False: the path is none of ours.
bool admin_answer(const struct admin_request *request, struct admin_reply *out_reply);

// For the files that answer such paths: `body` is taken.
struct admin_reply admin_reply_json(int status, json_t *body);
struct admin_reply admin_reply_error(int status, const char *kind, const char *message);
struct admin_reply admin_reply_failure(const struct error *err);
// The value of a parameter of the query, as it stands there. False: not there, or too long.
bool admin_parameter(const char *query, const char *name, char *out, size_t size_bytes);

// /kobel/v1/applications/<name>[/<rest>]; false: the path is none of these. `out_rest` is borrowed
// from the path.
bool admin_app_path(const struct admin_request *request, struct app_scope *out_scope,
                    char out_name[static APP_NAME_SIZE], const char **out_rest);
// Answers those but the events, which may have to wait, and logs that are followed.
struct admin_reply admin_app_answer(const struct admin_request *request,
                                    const struct app_scope *scope, const char *name,
                                    const char *rest);
struct admin_reply admin_logs_answer(const struct admin_request *request,
                                     const struct app_scope *scope, const char *name);
