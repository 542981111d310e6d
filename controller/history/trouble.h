// What goes wrong with a job that is meant to run: its cluster is lost and it is recovered, or
// Flink restarts it again and again. The history of events is the record of it.
#pragma once

#include "controller/service/service.h"
#include "runtime/cluster.h"

// A step of a recovery: "LOST", "PREPARE", "SUBMIT", "UP". `detail` is taken. Each tells when the
// recovery began (sinceMs) and why (reason), the last one how long it took (elapsedMs).
MUST_CHECK bool trouble_add_recovery(struct app_service *service, const struct app *app,
                                     const char *phase, const char *message, json_t *detail,
                                     struct error *err);

// Flink restarted the current job `count` times since that was last noted.
MUST_CHECK bool trouble_add_restart(struct app_service *service, const struct app *app, int count,
                                    const char *cause, struct error *err);

// Adds "isRestartLoop", "trouble" (in words; absent when there is none) and "lastRecoveryMs" to
// what is shown of an application.
MUST_CHECK bool trouble_show(struct app_service *service, const struct app *app, json_t *shown,
                             struct error *err);
