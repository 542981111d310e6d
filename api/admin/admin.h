// kobel's own paths: health, readiness, status, the API document, the clock, and what is shown and
// done of one application beyond the service's API (facts/kobel.md 1). Plain REST; errors
// are {"error": {"kind", "message"}}.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "controller/commands/app_service_own.h"

#include <jansson.h>

// What these paths show and set beside the applications; every call gets `userdata`.
struct admin_options {
    const char *version; // of kobel
    // Adds what only the daemon knows to GET /kobel/v1/status (sandbox, runtimes, profile, data
    // directory). May be NULL.
    void (*add_status)(void *userdata, json_t *status);
    struct bent_clock *clock;             // the service's, for /kobel/v1/clock
    void (*on_clock_set)(void *userdata); // its timers are to be set again; may be NULL
    // What /readyz needs beside a writable store: false with a reason. May be NULL.
    bool (*is_ready)(void *userdata, struct error *err);
    void *userdata;
};

struct admin_reply {
    int status;
    const char *content_type;
    char *body; // owned by the caller
};

struct admin_request {
    const struct admin_options *options;
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
// Answered in pieces (api/admin/exposition_reply.h), not here.
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
