// How an application may be scaled: by its record, its tag and the options of the daemon.
#pragma once

#include "controller/scaling/scaling_decision.h"
#include "controller/service/service.h"

struct scaling_settings {
    enum scaling_policy policy;
    struct scaling_limits limits;
    struct job_spec spec; // of the current version
};

// `max_parallelism`: of the job as it was measured; 0 = not known.
MUST_CHECK bool scaling_settings_load(struct app_service *service, const struct app *app,
                                      int max_parallelism, struct scaling_settings *out_settings,
                                      struct error *err);

// KPUs that the running application has, with the one for orchestration (facts/service.md 3).
MUST_CHECK bool scaling_kpus(struct app_service *service, const struct app *app, int *out_kpus,
                             struct error *err);
