#include "api/admin/program_reply.h"

#include "base/json.h"
#include "base/memory.h"

struct program_reply {
    struct app_service *service;
    struct program_inspection *inspection;
    program_reply_fn *done;
    void *userdata;
};

static json_t *show_operator(const struct job_operator *operator) {
    json_t *object = json_new_object();

    json_put_text(object, "id", operator->id);
    if (operator->uid[0] != '\0') json_put_text(object, "uid", operator->uid);
    json_put_text(object, "name", operator->name);
    json_put_int(object, "parallelism", operator->parallelism);
    if (operator->max_parallelism> 0)
        json_put_int(object, "maxParallelism", operator->max_parallelism);
    return object;
}

static json_t *show(const struct program_report *report) {
    json_t *body = json_new_object();
    json_t *operators = json_new_array();

    for (size_t index = 0; index < report->graph.count; index++)
        json_add(operators, show_operator(&report->graph.operators[index]));
    json_put(body, "operators", operators);
    json_put_bool(body, "severalJobs", report->has_several_jobs);
    return body;
}

static void on_inspected(void *userdata, const struct program_report *report,
                         const struct error *err) {
    AUTO(memory_free) struct program_reply *self = userdata;
    struct admin_reply reply =
        report == NULL ? admin_reply_failure(err) : admin_reply_json(200, show(report));

    self->done(self->userdata, &reply);
    memory_free(reply.body);
}

struct program_reply *program_reply_begin(struct app_service *service,
                                          const struct app_scope *scope, const char *name,
                                          program_reply_fn *done, void *userdata) {
    struct program_reply *self = memory_alloc(sizeof *self);
    struct error err;

    *self = (struct program_reply){.service = service, .done = done, .userdata = userdata};
    if (app_service_inspect(service, scope, name, on_inspected, self, &self->inspection, &err))
        return self;
    on_inspected(self, NULL, &err);
    return NULL;
}

void program_reply_cancel(struct program_reply *reply) {
    app_service_cancel_inspection(reply->service, reply->inspection);
    memory_free(reply);
}
