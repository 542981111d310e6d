// Why an application was scaled, or was not.
#pragma once

#include "base/json.h"
#include "controller/service/service.h"

// {"policy", "enabled", "currentParallelism", "floor", "ceiling", "explanation", "evaluations":
// [newest first], "moves": [...]}: for evaluations and moves see scaling_record.h.
// `max_parallelism`: of the job as it was measured; 0 = not known. The caller owns it.
MUST_CHECK bool scaling_explain(struct app_service *service, const struct app *app,
                                int max_parallelism, int64_t limit, json_t **out_explanation,
                                struct error *err);
