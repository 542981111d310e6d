// Failures of a job that should run: its cluster is lost and it is recovered, or Flink restarts it
// again and again. They are recorded as events only.
#pragma once

#include "controller/service/service.h"
#include "runtime/cluster.h"

// A step of a recovery: "LOST", "PREPARE", "SUBMIT", "UP". `detail` is consumed. Each event has the
// begin of the recovery (sinceMs) and its reason, the last one its duration (elapsedMs).
MUST_CHECK bool trouble_add_recovery(struct app_service *service, const struct app *app,
                                     const char *phase, const char *message, json_t *detail,
                                     struct error *err);

// All tasks of the current job run, which was not so before: the end of a recovery that was slow,
// or an event of its own. `detail` is consumed.
MUST_CHECK bool trouble_add_tasks(struct app_service *service, const struct app *app,
                                  json_t *detail, struct error *err);

// Flink restarted the current job `count` times since the last call.
MUST_CHECK bool trouble_add_restart(struct app_service *service, const struct app *app, int count,
                                    const char *cause, struct error *err);

// The restarts of the current job that follow each other, none minutes after the one before.
// Times are of the service's clock. Zero: there is none, or the latest was minutes ago.
struct restart_streak {
    int restarts;
    int64_t lasted_ms;       // from the first of them to the latest
    int64_t since_latest_ms; // until now
};
MUST_CHECK bool trouble_find_streak(struct app_service *service, const struct app *app,
                                    struct restart_streak *out_streak, struct error *err);

// Puts "isRestartLoop", "trouble" (in words; absent when there is none) and "lastRecoveryMs" into
// the description of an application.
MUST_CHECK bool trouble_put(struct app_service *service, const struct app *app, json_t *description,
                            struct error *err);
