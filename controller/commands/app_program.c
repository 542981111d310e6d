// Which operators the program of an application has.
#include "controller/commands/app_service_own.h"
#include "controller/moves/program_question.h"

bool app_service_inspect(struct app_service *service, const struct app_scope *scope,
                         const char *name, program_done_fn *done, void *userdata,
                         struct program_inspection **out_inspection, struct error *err) {
    struct app app;

    return service_find_app(service, scope, name, &app, err) &&
           program_question_begin(service, &app, app.version, 0, done, userdata, out_inspection,
                                  err);
}

void app_service_cancel_inspection(struct app_service *service,
                                   struct program_inspection *inspection) {
    program_cancel(&service->programs, inspection);
}
