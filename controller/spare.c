#include "controller/spare.h"

#include "base/text.h"
#include "controller/sizing.h"
#include "model/job_spec.h"
#include "storage/version_store.h"

void spare_keep(struct app_service *service, const struct app *app) {
    AUTO(app_version_release) struct app_version version = {0};
    struct launch_spec launch = {0};
    struct job_spec spec;
    struct error missing;

    if (app->status != APP_RUNNING && app->status != APP_READY) return;
    if (!version_store_load(service->db, app->id, app->version, &version, &missing)) return;
    job_spec_read(&version, &spec);
    if (spec.code_sha256[0] == '\0') return;
    (void)text_copy(launch.app_id, sizeof launch.app_id, app->id);
    launch.runtime = spec.runtime;
    launch.size = sizing_for(service->profile, &spec, app->current_parallelism);
    (void)text_copy(launch.log_level, sizeof launch.log_level, spec.log_level);
    capacity_keep_spare(&service->capacity, &launch);
}
