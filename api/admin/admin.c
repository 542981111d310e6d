#include "api/admin/admin.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/commands/app_service_own.h"
#include "openapi/document.h"

#include <string.h>
#include <unistd.h>

// So many are read in a few milliseconds.
enum { STATUS_APPS_MAX = 100 };

bool admin_parameter(const char *query, const char *name, char *out, size_t size_bytes) {
    size_t length;
    const char *value = text_list_value(query, name, "&", &length);

    if (value == NULL || length >= size_bytes) return false;
    (void)text_format(out, size_bytes, "%.*s", (int)length, value);
    text_unescape_url(out);
    (void)text_copy(out, size_bytes, out);
    return true;
}

static struct admin_reply health(const struct admin_request *request) {
    json_t *body = json_new_object();

    json_put_text(body, "status", "ok");
    json_put_text(body, "version", request->options->version);
    return admin_reply_json(200, body);
}

static struct admin_reply readiness(const struct admin_request *request) {
    const struct admin_options *options = request->options;
    struct error err;

    bool is_ready = app_service_check_writable(request->service, &err) &&
                    (options->is_ready == NULL || options->is_ready(options->userdata, &err));
    if (!is_ready) return admin_reply_error(503, error_kind_name(err.kind), err.message);
    json_t *body = json_new_object();
    json_put_text(body, "status", "ready");
    return admin_reply_json(200, body);
}

// ?after=ID&limit=N: which applications it lists.
static struct admin_reply status(const struct admin_request *request) {
    const struct admin_options *options = request->options;
    char after_id[APP_ID_SIZE] = "";
    char text[16];
    int64_t limit = STATUS_APPS_MAX;
    json_t *body = NULL;
    struct error err;

    (void)admin_parameter(request->query, "after", after_id, sizeof after_id);
    bool is_given = admin_parameter(request->query, "limit", text, sizeof text);
    if (is_given && (!text_to_int64(text, &limit) || limit < 1 || limit > STATUS_APPS_MAX))
        return admin_reply_error(400, "invalid", "\"limit\" is a number from 1 to 100");
    if (!app_service_status(request->service, after_id, (size_t)limit, &body, &err))
        return admin_reply_error(500, error_kind_name(err.kind), err.message);
    json_put_text(body, "version", options->version);
    json_put_int(body, "pid", getpid());
    if (options->add_status != NULL) options->add_status(options->userdata, body);
    return admin_reply_json(200, body);
}

static struct admin_reply document(const struct admin_request *request) {
    size_t size_bytes;
    const char *text = document_text(&size_bytes);

    (void)request;
    return (struct admin_reply){200, ADMIN_REPLY_JSON_TYPE, memory_copy_text(text)};
}

// --- the clock ---

static struct admin_reply show_clock(const struct admin_request *request) {
    const struct bent_clock *clock = request->options->clock;
    json_t *body = json_new_object();
    struct clock now = clock_of(request->options->clock);

    json_put_int(body, "nowMs", clock_now_ms(&now));
    json_put_real(body, "scale", clock->scale);
    return admin_reply_json(200, body);
}

// {"advance": "15m"}, {"scale": 60}, or both.
static struct admin_reply set_clock(const struct admin_request *request) {
    struct bent_clock *clock = request->options->clock;
    AUTO(json_decref) json_t *body = NULL;
    int64_t advance_ms = 0;
    struct error err;

    if (!json_parse(request->body, request->body_bytes, &body, &err))
        return admin_reply_failure(&err);
    const char *advance = json_text(body, "advance");
    const json_t *scale = json_member(body, "scale");
    if (advance != NULL && !text_to_ms(advance, &advance_ms))
        return admin_reply_error(400, "invalid",
                                 "\"advance\" is a time such as 15m or 6h, at most 36525d");
    double factor = json_number_value(scale);
    if (scale != NULL && !(factor >= CLOCK_SCALE_MIN && factor <= CLOCK_SCALE_MAX))
        return admin_reply_error(400, "invalid", "\"scale\" is a number from 0.001 to 100000");
    if (!clock_advance(clock, advance_ms))
        return admin_reply_error(400, "invalid", "the clock ends with the year 9999");
    if (scale != NULL) clock_set_scale(clock, factor);
    if (request->options->on_clock_set != NULL)
        request->options->on_clock_set(request->options->userdata);
    return show_clock(request);
}

// --- routes ---

typedef struct admin_reply route_fn(const struct admin_request *request);

static const struct {
    const char *path;
    route_fn *get;
    route_fn *post; // NULL: read-only
    bool is_health;
} routes[] = {
    {"/healthz", health, NULL, true},
    {"/readyz", readiness, NULL, true},
    {"/kobel/v1/status", status, NULL, false},
    {"/kobel/v1/openapi.json", document, NULL, false},
    {"/kobel/v1/clock", show_clock, set_clock, false},
};

bool admin_is_health(const char *path) {
    for (size_t index = 0; index < COUNT_OF(routes); index++)
        if (routes[index].is_health && text_equal(routes[index].path, path)) return true;
    return false;
}

bool admin_is_own_path(const char *path) {
    for (size_t index = 0; index < COUNT_OF(routes); index++)
        if (text_equal(routes[index].path, path)) return true;
    return text_equal(path, ADMIN_METRICS_PATH) || text_starts_with(path, "/kobel/");
}

bool admin_answer(const struct admin_request *request, struct admin_reply *out_reply) {
    bool is_get = text_equal(request->method, "GET") || text_equal(request->method, "HEAD");
    bool is_post = text_equal(request->method, "POST");

    for (size_t index = 0; index < COUNT_OF(routes); index++) {
        if (!text_equal(routes[index].path, request->path)) continue;
        if (is_get)
            *out_reply = routes[index].get(request);
        else if (is_post && routes[index].post != NULL)
            *out_reply = routes[index].post(request);
        else
            *out_reply = admin_reply_error(405, "method",
                                           routes[index].post == NULL ? "GET and HEAD only"
                                                                      : "GET, HEAD and POST only");
        return true;
    }
    if (!text_starts_with(request->path, "/kobel/")) return false;
    *out_reply = admin_reply_error(404, "not-found", "no such path");
    return true;
}
