// kobel's own paths: health, readiness, status, the API document, the clock, and what can be read
// and done beyond the service's API for one application (facts/kobel.md 1). Plain REST.
#pragma once

#include "api/admin/admin_reply.h"
#include "base/clock.h"
#include "base/error.h"
#include "controller/commands/app_service_own.h"

#include <jansson.h>

// What these paths need beside the applications. Each function gets `userdata` and may be NULL.
struct admin_options {
    const char *version; // of kobel
    // Adds the daemon's part of GET /kobel/v1/status: sandbox, runtimes, profile, directory.
    void (*add_status)(void *userdata, json_t *status);
    struct bent_clock *clock; // the service's, for /kobel/v1/clock
    // The clock was set: timers that depend on it must be set again.
    void (*on_clock_set)(void *userdata);
    // What /readyz needs beside a writable store: false with a reason.
    bool (*is_ready)(void *userdata, struct error *err);
    void *userdata;
};

struct admin_request {
    const struct admin_options *options;
    struct app_service *service;
    struct app_scope scope; // of the signature; "account" and "region" of the query replace it
    const char *method;
    const char *path;
    const char *query; // raw, without '?'; "" = none
    const char *body;
    size_t body_bytes;
};

// /healthz and /readyz, which monitoring may read without a signature.
bool admin_is_health(const char *path);
// Answered in pieces (api/admin/exposition_reply.h), not here.
#define ADMIN_METRICS_PATH "/metrics"
// Is the path one of these, and not one of the service's API?
bool admin_is_own_path(const char *path);

// Answers all but those of applications. False: the path is not one of these.
bool admin_answer(const struct admin_request *request, struct admin_reply *out_reply);

// The unescaped value of a parameter of the query. False: missing, or too long.
bool admin_parameter(const char *query, const char *name, char *out, size_t size_bytes);

// Reads /kobel/v1/applications/<name>[/<rest>]. False: another path. `out_rest` is borrowed from
// the path.
bool admin_app_path(const struct admin_request *request, struct app_scope *out_scope,
                    char out_name[static APP_NAME_SIZE], const char **out_rest);
// Answers these paths, except events, which may have to wait, and logs that are followed.
struct admin_reply admin_app_answer(const struct admin_request *request,
                                    const struct app_scope *scope, const char *name,
                                    const char *rest);
struct admin_reply admin_logs_answer(const struct admin_request *request,
                                     const struct app_scope *scope, const char *name);
