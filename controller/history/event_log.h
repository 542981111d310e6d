// What happened to an application, in the transaction in which it happened: what is on record as
// done is on record as told. Kinds:
//   status     it has another status          {"from", "to"}
//   move       a phase of a move              {"move", "phase", "elapsedMs", ...}
//   recovery   a cluster was lost, or its job is up again {"cluster", "attempt", ...}
//   restart    Flink restarted the job        {"restarts", "cause"}
//   snapshot   one was asked for, ready, failed or deleted  {"snapshot", "status"}
//   retention  something was removed by a rule {"snapshot", "reason"}
//   fault      somebody wanted something to go wrong {"fault"}
//   error      why an operation failed, or a step fails again and again {"step", "failures"}
//   scaling    the autoscaler moved it
//   lag        brokers do not say how far its consumer groups are behind, or do again
#pragma once

#include "controller/service/service.h"

// `detail` is taken; NULL = none. Inside a transaction.
MUST_CHECK bool event_log_add(struct app_service *service, const struct app *app, const char *kind,
                              const char *message, json_t *detail, struct error *err);
// The same for one that tells of times: they and its own come from one look at the clock.
MUST_CHECK bool event_log_add_at(struct app_service *service, const struct app *app, int64_t at_ms,
                                 const char *kind, const char *message, json_t *detail,
                                 struct error *err);

// The application has left status `before`; nothing when it has not.
MUST_CHECK bool event_log_status(struct app_service *service, const struct app *app,
                                 enum app_status before, const char *reason, struct error *err);

// A phase of the move that is under way. `detail` is taken; NULL = none.
MUST_CHECK bool event_log_phase(struct app_service *service, const struct app *app,
                                const char *phase, json_t *detail, struct error *err);

MUST_CHECK bool event_log_snapshot(struct app_service *service, const struct app *app,
                                   const char *snapshot_name, const char *status,
                                   const char *reason, struct error *err);
