// The autoscaler's effects: asks controller/scaling/autoscaler.h about every new measurement, keeps
// what it said with what it saw, and begins the move. An evaluation on record:
//   {"atMs", "policy", "reason", "moves", "currentParallelism", "wantedParallelism",
//    "demandPerSecond", "capacityPerSecond", "utilization", "busiestTask", "text",
//    "inputs": {"cpuMaxRatio", "tasks": [{"name", "parallelism", "inPerSecond", ...}]}}
// Rates are per second of the service's clock.
#pragma once

#include "controller/scaling/scaling_window.h"
#include "controller/service/service.h"
#include "runtime/job_measurement.h"

// May begin a move, which changes `app`.
MUST_CHECK bool scaling_consider(struct app_service *service, struct app *app,
                                 const struct job_measurement *measurement,
                                 const struct scaling_window *window, int64_t now_ms,
                                 struct error *err);

// KPUs that the running application has, with the one for orchestration (facts/service.md 3).
int scaling_kpus(struct app_service *service, const struct app *app);

// {"policy", "enabled", "currentParallelism", "floor", "ceiling", "explanation", "evaluations":
// [newest first], "moves": [...]}. `max_parallelism`: of the job as it was measured; 0 = not known.
// The caller owns it.
MUST_CHECK bool scaling_explain(struct app_service *service, const struct app *app,
                                int max_parallelism, int64_t limit, json_t **out_explanation,
                                struct error *err);
