#include "controller/moves/program_question.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/moves/sizing.h"

bool program_question_begin(struct app_service *service, const struct app *app, int64_t version,
                            int parallelism, program_done_fn *done, void *userdata,
                            struct program_inspection **out_inspection, struct error *err) {
    AUTO(app_version_release) struct app_version loaded = {0};
    struct program_order order = {0};

    if (!service_load_version(service, app->id, version, &loaded, err)) return false;
    job_spec_read(&loaded, &order.spec);
    if (order.spec.code_sha256[0] == '\0')
        return error_set(err, ERROR_CONFIGURATION, "Application %s has no application code.",
                         app->name);
    if (order.spec.is_python)
        return error_set(err, ERROR_UNSUPPORTED,
                         "The operators of a program in Python cannot be asked for.");
    if (parallelism > 0) order.spec.parallelism = parallelism;
    AUTO(memory_free) char *properties_text = job_spec_properties_text(&loaded);
    order.properties_text = properties_text;
    (void)text_copy(order.region, sizeof order.region, app->scope.region);
    order.size = sizing_for(service->profile, &order.spec, order.spec.parallelism);
    *out_inspection = program_inspect(&service->programs, &order, done, userdata);
    return *out_inspection != NULL ||
           error_set(err, ERROR_UNSUPPORTED, "programs cannot be inspected here");
}

bool program_question_read(const struct app_service *service, const char *path,
                           struct savepoint_metadata *out, struct error *err) {
    char root[FILE_PATH_MAX];
    char relative[FILE_PATH_MAX];

    return state_files_locate(&service->state_files, path, root, relative, err) &&
           savepoint_metadata_read(root, relative, out, err);
}
