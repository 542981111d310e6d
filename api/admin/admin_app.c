// /kobel/v1/applications/<name>: its state; /scaling: why it has its parallelism; /metrics: what
// was measured; /logs: what was written; /faults: causes a fault; /maintenance: begins it.
#include "api/admin/admin.h"
#include "base/json.h"
#include "base/text.h"
#include "controller/commands/app_service_own.h"

#include <string.h>

static const char PREFIX[] = "/kobel/v1/applications/";
enum { EVALUATIONS_SHOWN = 20, EVALUATIONS_MAX = 400 };

bool admin_app_path(const struct admin_request *request, struct app_scope *out_scope,
                    char out_name[static APP_NAME_SIZE], const char **out_rest) {
    struct app_scope scope = request->scope;

    if (!text_starts_with(request->path, PREFIX)) return false;
    const char *name = request->path + strlen(PREFIX);
    size_t length = strcspn(name, "/");
    if (length == 0 || length >= APP_NAME_SIZE) return false;
    (void)text_format(out_name, APP_NAME_SIZE, "%.*s", (int)length, name);
    (void)admin_parameter(request->query, "account", scope.account, sizeof scope.account);
    (void)admin_parameter(request->query, "region", scope.region, sizeof scope.region);
    *out_scope = scope;
    *out_rest = name[length] == '/' ? name + length + 1 : "";
    return true;
}

static struct admin_reply show(const struct admin_request *request, const struct app_scope *scope,
                               const char *name) {
    json_t *body = NULL;
    struct error err;

    if (!app_service_show(request->service, scope, name, &body, &err))
        return admin_reply_failure(&err);
    return admin_reply_json(200, body);
}

// ?limit=N evaluations of the autoscaler, newest first.
static struct admin_reply explain(const struct admin_request *request,
                                  const struct app_scope *scope, const char *name) {
    json_t *body = NULL;
    char text[16];
    int64_t limit = EVALUATIONS_SHOWN;
    struct error err;

    bool is_given = admin_parameter(request->query, "limit", text, sizeof text);
    if (is_given && (!text_to_int64(text, &limit) || limit < 1 || limit > EVALUATIONS_MAX))
        return admin_reply_error(400, "invalid", "\"limit\" is a number from 1 to 400");
    if (!app_service_explain(request->service, scope, name, limit, &body, &err))
        return admin_reply_failure(&err);
    return admin_reply_json(200, body);
}

static bool read_time(const struct admin_request *request, const char *parameter, int64_t *out_ms) {
    char text[24];

    return !admin_parameter(request->query, parameter, text, sizeof text) ||
           (text_to_int64(text, out_ms) && *out_ms >= 0);
}

// ?from=MS&to=MS&metric=NAME&task=NAME
static struct admin_reply measurements(const struct admin_request *request,
                                       const struct app_scope *scope, const char *name) {
    json_t *body = NULL;
    char metric[64] = "";
    char task[MEASURED_NAME_SIZE] = "";
    struct metric_query query = {.from_ms = -1, .to_ms = INT64_MAX, .metric = metric, .task = task};
    struct error err;

    if (!read_time(request, "from", &query.from_ms) || !read_time(request, "to", &query.to_ms))
        return admin_reply_error(400, "invalid",
                                 "\"from\" and \"to\" are UTC times in milliseconds");
    (void)admin_parameter(request->query, "metric", metric, sizeof metric);
    (void)admin_parameter(request->query, "task", task, sizeof task);
    if (!app_service_metrics(request->service, scope, name, &query, &body, &err))
        return admin_reply_failure(&err);
    return admin_reply_json(200, body);
}

// {"fault": "kill-taskmanager"}, {"fault": "delay", "for": "2s"}
static struct admin_reply inject(const struct admin_request *request, const struct app_scope *scope,
                                 const char *name) {
    AUTO(json_decref) json_t *body = NULL;
    int64_t delay_ms = 0;
    struct error err;

    if (!json_parse(request->body, request->body_bytes, &body, &err))
        return admin_reply_failure(&err);
    const char *delay = json_text(body, "for");
    if (delay != NULL && !text_to_ms(delay, &delay_ms))
        return admin_reply_error(400, "invalid", "\"for\" is a time such as 500ms or 2s");
    if (!app_service_inject(request->service, scope, name, json_text_or(body, "fault", ""),
                            delay_ms, &err))
        return admin_reply_failure(&err);
    return admin_reply_json(200, json_new_object());
}

static struct admin_reply maintain(const struct admin_request *request,
                                   const struct app_scope *scope, const char *name) {
    char operation_id[APP_OPERATION_ID_SIZE];
    struct error err;

    if (!app_service_maintain(request->service, scope, name, operation_id, &err))
        return admin_reply_failure(&err);
    json_t *body = json_new_object();
    json_put_text(body, "operationId", operation_id);
    return admin_reply_json(200, body);
}

typedef struct admin_reply app_route_fn(const struct admin_request *request,
                                        const struct app_scope *scope, const char *name);

static const struct {
    const char *rest;
    const char *method; // GET includes HEAD
    app_route_fn *answer;
} routes[] = {
    {"", "GET", show},
    {"scaling", "GET", explain},
    {"metrics", "GET", measurements},
    {"logs", "GET", admin_logs_answer},
    {"faults", "POST", inject},
    {"maintenance", "POST", maintain},
};

struct admin_reply admin_app_answer(const struct admin_request *request,
                                    const struct app_scope *scope, const char *name,
                                    const char *rest) {
    bool is_head = text_equal(request->method, "HEAD");
    const char *method = is_head ? "GET" : request->method;

    for (size_t index = 0; index < COUNT_OF(routes); index++) {
        if (!text_equal(routes[index].rest, rest)) continue;
        if (text_equal(routes[index].method, method))
            return routes[index].answer(request, scope, name);
        return admin_reply_error(405, "method",
                                 text_equal(routes[index].method, "GET") ? "GET and HEAD only"
                                                                         : "POST only");
    }
    return admin_reply_error(404, "not-found", "no such path");
}
