#include "controller/moves/spare.h"

#include "base/text.h"
#include "controller/moves/sizing.h"
#include "controller/moves/source_hold.h"

void spare_keep(struct app_service *service, const struct app *app) {
    struct launch_spec launch = {0};
    struct job_spec spec;
    bool holds_sources;

    if (app->status != APP_RUNNING && app->status != APP_READY) return;
    if (!service_load_spec(service, app->id, app->version, &spec, NULL)) return;
    if (spec.code_sha256[0] == '\0') return;
    if (!source_hold_find(service, app->id, &holds_sources, NULL) || holds_sources) return;
    (void)text_copy(launch.app_id, sizeof launch.app_id, app->id);
    launch.runtime = spec.runtime;
    launch.job = spec;
    launch.is_python = spec.is_python;
    launch.size = sizing_for(service->profile, &spec, app->current_parallelism);
    (void)text_copy(launch.log_level, sizeof launch.log_level, spec.log_level);
    (void)text_copy(launch.region, sizeof launch.region, app->scope.region);
    capacity_keep_spare(&service->capacity, &launch);
}
