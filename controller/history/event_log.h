// The history of an application. An event is added in the transaction that records what it reports.
// Kinds:
//   status     the status changed                          {"from", "to"}
//   move       a phase of a move began or ended            {"move", "phase", "elapsedMs", ...}
//   recovery   a cluster was lost, or its job is up again  {"cluster", "attempt", ...}
//   restart    Flink restarted the job                     {"restarts", "cause"}
//   tasks      all tasks run, which was not so before      {"tasks"}
//   end        the job reached its end                     {}
//   snapshot   its status changed, or it was deleted       {"snapshot", "status"}
//   retention  a rule removed a restore point              {"snapshot", "reason"}
//   fault      a fault was injected by command             {"fault"}
//   error      an operation failed, or a step keeps failing  {"step", "failures"}
//   scaling    the autoscaler began a move                 {"from", "to", "reason"}
//   lag        the lag of a consumer group is unknown, or known again
#pragma once

#include "controller/service/service.h"

// `detail` is consumed, here and below; NULL = none. Inside a transaction.
MUST_CHECK bool event_log_add(struct app_service *service, const struct app *app, const char *kind,
                              const char *message, json_t *detail, struct error *err);
// The same for an event that contains times: `at_ms` is the time that they were computed from.
MUST_CHECK bool event_log_add_at(struct app_service *service, const struct app *app, int64_t at_ms,
                                 const char *kind, const char *message, json_t *detail,
                                 struct error *err);

// The status was `before`; adds nothing where it has not changed.
MUST_CHECK bool event_log_status(struct app_service *service, const struct app *app,
                                 enum app_status before, const char *reason, struct error *err);

// A phase of the move that is in progress.
MUST_CHECK bool event_log_phase(struct app_service *service, const struct app *app,
                                const char *phase, json_t *detail, struct error *err);

MUST_CHECK bool event_log_snapshot(struct app_service *service, const struct app *app,
                                   const char *snapshot_name, const char *status,
                                   const char *reason, struct error *err);
