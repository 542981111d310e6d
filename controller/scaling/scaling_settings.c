#include "controller/scaling/scaling_settings.h"

#include "controller/scaling/metering_options.h"
#include "storage/tag_store.h"

static const char TAG[] = "kobel:autoscaling";

// The tag of an application, if it names a policy, else the daemon's option.
static bool policy_of(struct app_service *service, const struct app *app,
                      enum scaling_policy *out_policy, struct error *err) {
    char name[32];
    bool found;

    *out_policy = service->metering->policy;
    if (!tag_store_find(service->db, app->id, TAG, name, sizeof name, &found, err)) return false;
    if (found) error_ignore(scaling_policy_from_name(name, out_policy));
    return true;
}

static struct scaling_limits limits_of(const struct app_service *service, const struct app *app,
                                       const struct job_spec *spec, int max_parallelism) {
    return (struct scaling_limits){
        .enabled = spec->auto_scaling_enabled,
        .parallelism = spec->parallelism,
        .parallelism_per_kpu = spec->parallelism_per_kpu,
        .kpu_limit = (int)service->limits.kpus,
        .current_parallelism = app->current_parallelism,
        .max_parallelism = max_parallelism,
    };
}

bool scaling_settings_load(struct app_service *service, const struct app *app, int max_parallelism,
                           struct scaling_settings *out_settings, struct error *err) {
    struct scaling_settings settings;
    struct job_spec spec;

    if (!service_load_spec(service, app->id, app->version, &spec, err)) return false;
    if (!policy_of(service, app, &settings.policy, err)) return false;
    settings.limits = limits_of(service, app, &spec, max_parallelism);
    settings.spec = spec;
    *out_settings = settings;
    return true;
}

bool scaling_kpus(struct app_service *service, const struct app *app, int *out_kpus,
                  struct error *err) {
    struct job_spec spec;

    if (!service_load_spec(service, app->id, app->version, &spec, err)) return false;
    spec.parallelism = app->current_parallelism;
    *out_kpus = job_spec_kpus(&spec) + 1;
    return true;
}
