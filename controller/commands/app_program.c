// Which operators the program of an application has.
#include "base/memory.h"
#include "controller/commands/app_service_own.h"
#include "controller/moves/sizing.h"
#include "controller/service/service.h"

static bool begin(struct app_service *service, const struct app *app, program_done_fn *done,
                  void *userdata, struct program_inspection **out_inspection, struct error *err) {
    AUTO(app_version_release) struct app_version version = {0};
    struct program_order order = {0};

    if (!service_load_version(service, app->id, app->version, &version, err)) return false;
    job_spec_read(&version, &order.spec);
    if (order.spec.code_sha256[0] == '\0')
        return error_set(err, ERROR_CONFIGURATION, "Application %s has no application code.",
                         app->name);
    AUTO(memory_free) char *properties_text = job_spec_properties_text(&version);
    order.properties_text = properties_text;
    order.size = sizing_for(service->profile, &order.spec, order.spec.parallelism);
    *out_inspection = program_inspect(&service->programs, &order, done, userdata);
    return *out_inspection != NULL ||
           error_set(err, ERROR_UNSUPPORTED, "programs cannot be inspected here");
}

bool app_service_inspect(struct app_service *service, const struct app_scope *scope,
                         const char *name, program_done_fn *done, void *userdata,
                         struct program_inspection **out_inspection, struct error *err) {
    struct app app;

    return service_find_app(service, scope, name, &app, err) &&
           begin(service, &app, done, userdata, out_inspection, err);
}

void app_service_cancel_inspection(struct app_service *service,
                                   struct program_inspection *inspection) {
    program_cancel(&service->programs, inspection);
}
