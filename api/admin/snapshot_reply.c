#include "api/admin/snapshot_reply.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

struct snapshot_reply {
    struct app_service *service;
    struct snapshot_path path;
    struct program_inspection *inspection;
    program_reply_fn *done;
    void *userdata;
};

// --- the path ---

static const char OF_APP[] = "snapshots/";
static const char OF_ACCOUNT[] = "/kobel/v1/snapshots/";

static bool read_name(const char *text, struct snapshot_path *out) {
    return text[0] != '\0' && text_copy(out->name, sizeof out->name, text);
}

bool snapshot_path_of_app(const struct admin_request *request, const struct app_scope *scope,
                          const char *name, const char *rest, struct snapshot_path *out_path) {
    struct snapshot_path path = {.scope = *scope};
    char text[8] = "";

    bool is_state = text_equal(rest, "state");
    bool is_snapshot = text_starts_with(rest, OF_APP) && read_name(rest + strlen(OF_APP), &path);
    if (!is_state && !is_snapshot) return false;
    (void)text_copy(path.app_name, sizeof path.app_name, name);
    (void)text_copy(path.owner_name, sizeof path.owner_name, name);
    (void)admin_parameter(request->query, "of", path.owner_name, sizeof path.owner_name);
    (void)admin_parameter(request->query, "fit", text, sizeof text);
    path.wants_fit = text_equal(text, "true");
    *out_path = path;
    return true;
}

bool snapshot_path_of_account(const struct admin_request *request, struct snapshot_path *out_path) {
    struct snapshot_path path = {.scope = request->scope};

    if (!text_starts_with(request->path, OF_ACCOUNT) ||
        !read_name(request->path + strlen(OF_ACCOUNT), &path))
        return false;
    (void)admin_parameter(request->query, "account", path.scope.account, sizeof path.scope.account);
    (void)admin_parameter(request->query, "region", path.scope.region, sizeof path.scope.region);
    *out_path = path;
    return true;
}

// --- the answer ---

static const char *text_or_null(const char *text) {
    return text[0] == '\0' ? NULL : text;
}

// `failure`: why there are no operators; NULL = there are, or they are not wanted.
static void answer(struct snapshot_reply *self, const struct program_report *program,
                   const struct error *failure) {
    const struct snapshot_path *path = &self->path;
    struct snapshot_question question = {.app_name = text_or_null(path->owner_name),
                                         .snapshot_name = text_or_null(path->name),
                                         .program_of = text_or_null(path->app_name),
                                         .program = program};
    json_t *body = NULL;
    struct error err;

    bool is_found = app_service_show_snapshot(self->service, &path->scope, &question, &body, &err);
    if (is_found && failure != NULL) json_put_text(body, "fitFailure", failure->message);
    struct admin_reply reply = is_found ? admin_reply_json(200, body) : admin_reply_failure(&err);
    self->done(self->userdata, &reply);
    memory_free(reply.body);
}

static void on_inspected(void *userdata, const struct program_report *report,
                         const struct error *err) {
    AUTO(memory_free) struct snapshot_reply *self = userdata;

    answer(self, report, err);
}

struct snapshot_reply *snapshot_reply_begin(struct app_service *service,
                                            const struct snapshot_path *path,
                                            program_reply_fn *done, void *userdata) {
    AUTO(memory_free) struct snapshot_reply *self = memory_alloc(sizeof *self);
    struct error err;

    *self = (struct snapshot_reply){
        .service = service, .path = *path, .done = done, .userdata = userdata};
    if (!path->wants_fit) {
        answer(self, NULL, NULL);
        return NULL;
    }
    if (app_service_inspect(service, &path->scope, path->app_name, on_inspected, self,
                            &self->inspection, &err))
        return TAKE(self);
    answer(self, NULL, &err);
    return NULL;
}

void snapshot_reply_cancel(struct snapshot_reply *reply) {
    app_service_cancel_inspection(reply->service, reply->inspection);
    memory_free(reply);
}
